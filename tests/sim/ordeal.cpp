#include "tests/sim/ordeal.hpp"

#include <utility>

namespace belay::sim {
namespace {

constexpr std::uint64_t all_space = std::uint64_t{1} << 40;
constexpr int flawed_starts_max = 6;
constexpr std::uint64_t changes_of_a_start = 30;

store::Settings tiny_settings() {
    store::Settings made;
    made.ring_bytes = 4 << 20;
    made.segment_bytes = store::segment_bytes_min;
    made.table_slots_at_start = 64;
    made.snapshot_interval = Milliseconds(0);
    made.single_threaded = true;
    return made;
}

}  // namespace

Ordeal::Ordeal(std::uint64_t seed, Sets& sets, Coverage& asked, Tally& tally)
    : random_(seed),
      sets_(sets),
      asked_(asked),
      tally_(tally),
      machine_(seed, *this),
      chronicle_(machine_.life, sets_, asked_),
      story_(chronicle_),
      uploader_(machine_.disk, sets_) {
    machine_.settings = tiny_settings();
    machine_.life.attempts_max = static_cast<std::uint32_t>(1 + seed % 3);
    machine_.disk.watch_log(story_);
    if (random_.one_in(2)) {
        machine_.disk.forbid_direct();
    }
    for (job::TenantId& tenant : tenants_) {
        tenant = make_id();
    }
}

Ordeal::~Ordeal() = default;

std::string Ordeal::live(int runs) {
    if (begin_life()) {
        for (int run = 0; run < runs && broken_.empty(); ++run) {
            trace_.clear();
            play_run();
            ++tally_.crashes;
            if (!broken_.empty() || !start_again()) {
                break;
            }
        }
    }
    if (server_) {
        end_process(false);
    }
    tally_.transitions += story_.frames();
    tally_.add(Met::key_replayed, promises_.replays());
    tally_.add(Met::key_clashed, promises_.clashes());
    return broken_;
}

bool Ordeal::begin_life() {
    if (!start_once()) {
        require(false, "the first start succeeds");
        return false;
    }
    story_.settle(server_->store().durable(), server_->store().state_hash());
    context_ = make_id();
    SetAsk make(context_, std::nullopt);
    server_->house().run(make);
    return true;
}

void Ordeal::pass(Place) {
    if (is_short_of_space_) {
        // Who waits for room is answered when time is over, so it must go on.
        machine_.manual_clock.advance(std::chrono::milliseconds(250));
    }
    if (!is_armed_ || is_busy_ || machine_.sim_disk.is_crashed() || !random_.one_in(24)) {
        return;
    }
    tally_.add(Met::in_the_midst);
    note("in the midst:");
    switch (random_.below(3)) {
        case 0:
            send_create();
            break;
        case 1:
            send_cancel();
            break;
        default:
            send_again(true);
            break;
    }
}

void Ordeal::play_run() {
    plan_fault();
    is_armed_ = true;
    const std::uint64_t steps = random_.one_in(16) ? 40 : 2 + random_.below(8);
    for (std::uint64_t taken = 0; taken < steps && !has_ended() && broken_.empty(); ++taken) {
        step();
    }
    is_armed_ = false;
    const bool is_clean = !has_ended() && broken_.empty() && random_.one_in(6);
    if (machine_.sim_disk.is_crashed()) {
        meet(Met::crash_in_call, "crashed in a call");
    }
    end_process(is_clean);
    set_clock();
}

/// The process ends. If it stops cleanly, with a footer, what it held is what its log tells.
void Ordeal::end_process(bool is_clean) {
    is_armed_ = false;
    if (is_clean) {
        meet(Met::clean_stop, "clean stop");
        const bool is_closed = server_->close();
        require(is_closed || is_flawed_, "a store on a sound disk closes");
        require(
            !is_closed || story_.was_lied_to() || server_->store().state_hash() == story_.hash(),
            "what runs is what the log tells");
    }
    machine_.sim_disk.kill();
    for (Worker& worker : workers_) {
        worker.attempt.reset();
    }
    server_->end();
    hear_answers();
    server_.reset();
    is_short_of_space_ = false;
    uploader_.forget();
    stray_asks_.clear();
    if (!is_clean && random_.one_in(2)) {
        meet(Met::power_loss, "power loss");
        machine_.sim_disk.power_loss(random_.number());
    } else {
        meet(Met::kill, "kill");
    }
}

/// Until a start has come to its end. False: the life is over.
bool Ordeal::start_again() {
    if (random_.one_in(5)) {
        judge_copies();
    }
    for (int tries = 0; broken_.empty(); ++tries) {
        const bool is_flawed = tries < flawed_starts_max && plan_flawed_start();
        if (start_once()) {
            break;
        }
        if (machine_.sim_disk.is_crashed()) {
            meet(Met::crash_in_start, "crashed in a start");
        } else if (story_.was_lied_to()) {
            meet(Met::damage_refused, "refused");
            return false;
        } else {
            require(is_flawed, "a sound disk is refused: " + refusal_);
        }
        machine_.sim_disk.kill();
        if (random_.one_in(2)) {
            machine_.sim_disk.power_loss(random_.number());
        }
        copied_.reset();
    }
    if (!broken_.empty()) {
        return false;
    }
    judge_start();
    return broken_.empty() && !story_.was_lied_to();
}

/// Makes the next start one that the disk spoils, or will spoil with luck.
bool Ordeal::plan_flawed_start() {
    world::SimDisk& disk = machine_.sim_disk;
    disk.restart();
    disk.limit_space(all_space);
    switch (random_.below(20)) {
        case 0:
        case 1:
        case 2:
            disk.crash_at(1 + random_.below(changes_of_a_start));
            return false;
        case 3:
            meet(Met::start_read_error, "a read fails in the start");
            disk.fail({world::SimCall::read, 1 + random_.below(8), {}},
                      boost::system::errc::io_error);
            return true;
        case 4:
            meet(Met::start_without_space, "no space for the start");
            disk.limit_space(all_space - disk.free_bytes().value() +
                             random_.below(50) * limits::block_bytes);
            return true;
        default:
            return false;
    }
}

bool Ordeal::start_once() {
    world::SimDisk& disk = machine_.sim_disk;
    if (disk.is_crashed()) {
        disk.restart();
        disk.limit_space(all_space);
    }
    machine_.disk.forget();
    story_.begin_start();
    auto started = Server::start(machine_);
    if (started.has_error()) {
        refusal_ = started.error().what;
        return false;
    }
    if (disk.is_crashed()) {
        return false;
    }
    server_ = std::move(*started);
    disk.forget_plans();
    disk.limit_space(all_space);
    ++tally_.recoveries;
    return true;
}

void Ordeal::require(bool holds, std::string_view law, const Known* known) {
    if (holds || !broken_.empty()) {
        return;
    }
    broken_ = "broken: " + std::string(law) + "\n";
    if (known != nullptr) {
        broken_ += "job " + job::format_uuid(known->witness.id()) + ", " +
                   std::string(name_of(known->witness.phase())) + "\n";
    }
    broken_ += "run " + std::to_string(tally_.crashes) + " of all:\n";
    for (const std::string& line : trace_) {
        broken_ += "  " + line + "\n";
    }
}

void Ordeal::meet(Met met, std::string_view what) {
    tally_.add(met);
    note(what);
}

}  // namespace belay::sim
