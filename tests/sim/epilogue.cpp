// The end of a life: the jobs' week passes, then their month, and the log is read from its
// beginning.
#include <algorithm>

#include "tests/sim/race.hpp"

namespace belay::sim {
namespace {

using exports::Ask;
using exports::Phase;

constexpr std::uint64_t places_of_the_chores = 400;

/// More than the clock was set back in all.
constexpr Milliseconds margin = std::chrono::hours(24);

}  // namespace

void Race::play_epilogue() {
    trace_.clear();
    plan_.clear();
    places_ = 0;
    is_sick_ = false;
    round_begin_ = witnesses_.size();
    restart(false);  // what was still to fail does not
    for (int made = 0; made < 3; ++made) {
        make_job();
    }
    settle();
    restart(true);
    while (server_->ready.try_pop()) {
        // Nobody works any more: what is queued stays so.
    }
    let_the_week_pass();
    ask_everything_of_the_ended();
    let_the_month_pass();
    if (broken_.empty()) {
        read_the_log();
    }
}

/// Until every client has its answer.
void Race::settle() {
    while (!creates_.empty() || !cancels_.empty() || !stray_asks_.empty()) {
        server_->store().pump();
        hear_answers();
    }
}

/// Cancels race the expiry of what waits and of what has succeeded.
void Race::let_the_week_pass() {
    pass_time(exports::export_lifetime + margin);
    server_->survey();
    for (int cancels = 0; cancels < 12; ++cancels) {
        plan_.push_back({random_.below(places_of_the_chores), Disturbance::cancel});
    }
    is_armed_ = true;
    do_chores();
    is_armed_ = false;
    plan_.clear();
    settle();
    for (Witness& witness : witnesses_) {
        observe(witness);
        require(witness.has_ended() && witness.phase() != Phase::succeeded,
                "after its week a job has expired, if it had not ended before", &witness);
    }
    require(machine_.sim_disk.list("files/exports")->empty(), "an expired job has no file");
}

void Race::ask_everything_of_the_ended() {
    for (const Phase phase : {Phase::expired, Phase::failed, Phase::canceled}) {
        const auto found = std::find_if(witnesses_.begin(), witnesses_.end(),
                                        [&](const Witness& each) { return each.phase() == phase; });
        if (found == witnesses_.end()) {
            continue;
        }
        for (std::size_t number = 0; number < exports::Rules::asks; ++number) {
            const auto ask = static_cast<Ask>(number);
            if (ask == Ask::cancel) {
                cancel(*found, Place::between_steps);
            } else {
                stray_asks_.push_back(std::make_unique<JobAsk>(
                    found->id(), exports::Request{.ask = ask, .token = 1}, machine_.life));
                submit(*stray_asks_.back());
            }
            settle();
            observe(*found);
        }
    }
}

void Race::let_the_month_pass() {
    for (Witness& witness : witnesses_) {
        witness.may_be_removed();
    }
    pass_time(machine_.life.retention + margin);
    server_->survey();
    do_chores();
    for (Witness& witness : witnesses_) {
        observe(witness);
        require(witness.phase() == Phase::absent, "after its retention a job is gone", &witness);
    }
    cancel(witnesses_.front(), Place::between_steps);
    settle();
}

void Race::read_the_log() {
    machine_.sim_disk.kill();
    server_->end();
    server_.reset();
    machine_.sim_disk.restart();
    Chronicle chronicle(machine_.life, sets_, coverage_);
    const std::string broken = chronicle.read(machine_.sim_disk);
    require(broken.empty(), broken);
    for (const Witness& witness : witnesses_) {
        const Phase end = chronicle.end_of(witness.id());
        const bool is_canceled = end == Phase::canceled;
        require(!witness.was_told_canceled() || is_canceled,
                "a job that a client was told is canceled has no other end", &witness);
        require(!is_canceled || witness.was_told_canceled() || witness.was_left_in_doubt(),
                "what is canceled, a client has canceled", &witness);
        const std::optional<Phase> refused = witness.was_refused_as();
        require(
            !refused || *refused == end || (*refused == Phase::expired && end == Phase::succeeded),
            "a job ends as the 409 said", &witness);
    }
}

}  // namespace belay::sim
