// What gets in the way, and who does it.
#include <algorithm>
#include <utility>

#include "core/exports/files.hpp"
#include "tests/sim/race.hpp"

namespace belay::sim {
namespace {

using exports::Ask;

/// While it lives, nobody else acts as the one it stands for.
class Busy {
  public:
    explicit Busy(bool& flag) : flag_(flag) { flag_ = true; }
    ~Busy() { flag_ = false; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

  private:
    bool& flag_;
};

constexpr std::array<std::string_view, 7> stage_notes{
    "claim", "open the set", "write rows", "put the file in place", "succeed", "fail", "nothing"};

}  // namespace

bool Race::disturb(Disturbance what, Place place) {
    switch (what) {
        case Disturbance::cancel:
            return cancel(random_.one_in(8) ? any_witness() : witness_of_round(), place);
        case Disturbance::stray_ask:
            return ask_astray();
        case Disturbance::upload:
            return step_upload();
        case Disturbance::short_wait:
            return pass_time(Milliseconds(600));
        case Disturbance::commit_wait:
            return pass_time(std::chrono::seconds(6));
        case Disturbance::lease_wait:
            return pass_time(machine_.life.lease);
        case Disturbance::clock_back:
            note("the clock is set back");
            machine_.manual_clock.jump_wall(-std::chrono::minutes(2));
            return true;
        case Disturbance::chores:
            return do_chores();
        case Disturbance::other_worker:
            return step_other_worker();
        case Disturbance::release:
            return release_one();
        case Disturbance::disk_fault:
            return break_file();
        case Disturbance::log_fault:
            note("the next write fails");
            machine_.sim_disk.fail({world::SimCall::write, 1, {}}, boost::system::errc::io_error);
            return true;
        case Disturbance::end_now:
            note("the process ends");
            machine_.sim_disk.kill();
            return true;
        case Disturbance::end_in_a_call:
            note("the process will end in a call");
            machine_.sim_disk.crash_at(1 + random_.below(6));
            return true;
        case Disturbance::count_:
            break;
    }
    return false;
}

/// By a client that is not in the midst of something.
bool Race::submit(store::Operation& operation) {
    for (std::size_t at = 0; at < is_client_busy_.size(); ++at) {
        if (!is_client_busy_[at]) {
            const Busy busy(is_client_busy_[at]);
            server_->client(at).submit(operation);
            return true;
        }
    }
    return false;
}

bool Race::cancel(Witness& witness, Place place) {
    if (!witness.is_known()) {
        return false;
    }
    // The place is that of an attempt at this very job, if we are in one of its steps.
    const Worker* worker = worker_on(witness);
    const bool is_inside = worker != nullptr && !stack_.empty() && stack_.back() == worker;
    note("cancel of " + job::format_uuid(witness.id()) + ", seen as " +
         std::string(name_of(witness.phase())));
    cancels_.push_back({std::make_unique<JobAsk>(witness.id(), exports::Request{.ask = Ask::cancel},
                                                 machine_.life),
                        &witness,
                        worker == nullptr ? std::nullopt : std::optional(worker->attempt->stage()),
                        is_inside ? place : Place::between_steps});
    if (!submit(*cancels_.back().ask)) {
        cancels_.pop_back();
        return false;
    }
    return true;
}

/// An ask that comes too late, too early, or under a lease that is lost.
bool Race::ask_astray() {
    auto ask = static_cast<Ask>(random_.below(exports::Rules::asks));
    if (ask == Ask::cancel) {
        ask = Ask::lapse;  // a client's cancel has an answer to be heard
    }
    const Witness& witness = random_.one_in(2) ? witness_of_round() : any_witness();
    exports::Request request;
    request.ask = ask;
    request.token = 1;  // no claim's
    request.error = "a worker that lost its lease";
    if (const auto& tokens = witness.tokens(); tokens.size() > 1) {
        request.token = tokens[random_.below(tokens.size() - 1)];
    }
    const job::Uuid nobody = job::make_uuid_v7(machine_.manual_clock.wall(), {});
    stray_asks_.push_back(std::make_unique<JobAsk>(random_.one_in(8) ? nobody : witness.id(),
                                                   request, machine_.life));
    note("stray ask");
    if (!submit(*stray_asks_.back())) {
        stray_asks_.pop_back();
        return false;
    }
    return true;
}

bool Race::step_upload() {
    if (is_uploader_busy_) {
        return false;
    }
    const Busy busy(is_uploader_busy_);
    using enum Upload::Stage;
    const auto path_of = [&](const exports::TransactionSet& set) {
        return exports::set_path(context_, set.upload);
    };
    switch (upload_.stage) {
        case write: {
            note("upload: write");
            upload_.ask.reset();
            std::array<std::uint8_t, 10> bits{};
            const std::uint64_t number = random_.number();
            std::memcpy(bits.data(), &number, sizeof number);
            upload_.set.upload = job::make_uuid_v7(machine_.manual_clock.wall(), bits);
            if (sets_.write(machine_.disk, path_of(upload_.set) + ".tmp", upload_.set.upload)) {
                upload_.stage = place;
            }
            return true;
        }
        case place: {
            note("upload: place");
            const std::string path = path_of(upload_.set);
            const bool is_placed = machine_.disk.rename(path + ".tmp", path).has_value() &&
                                   machine_.disk.sync_directory("files/sets").has_value();
            upload_.stage = is_placed ? name : write;
            return true;
        }
        case name:
            note("upload: name");
            upload_.ask = std::make_unique<SetAsk>(context_, upload_.set);
            if (!submit(*upload_.ask)) {
                upload_.ask.reset();
                return false;
            }
            upload_.stage = wait;
            return true;
        case wait: {
            if (!upload_.ask->receipt()) {
                return false;
            }
            const bool is_named = upload_.ask->receipt()->status == store::Status::committed;
            upload_.stage = is_named && upload_.ask->replaced() ? remove : write;
            return true;
        }
        case remove:
            note("upload: remove what was replaced");
            static_cast<void>(machine_.disk.remove(path_of(*upload_.ask->replaced())));
            upload_.stage = write;
            return true;
    }
    return false;
}

bool Race::do_chores() {
    if (is_house_busy_) {
        return false;
    }
    const Busy busy(is_house_busy_);
    bool is_any = false;
    while (const auto id = server_->agenda.take_due(server_->house().lane().now())) {
        note("chores");
        server_->chores().due(server_->house(), *id);
        is_any = true;
    }
    return is_any;
}

bool Race::step_other_worker() {
    for (Worker& worker : workers_) {
        if (worker.attempt && !worker.is_busy) {
            step(worker);
            return true;
        }
    }
    for (Worker& worker : workers_) {
        if (!worker.attempt && start_attempt(worker)) {
            step(worker);
            return true;
        }
    }
    return false;
}

bool Race::start_attempt(Worker& worker) {
    const std::optional<job::Uuid> id = server_->ready.try_pop();
    if (!id) {
        return false;
    }
    const auto number = static_cast<std::size_t>(&worker - workers_.data());
    worker.attempt.emplace(server_->parts_of_worker(number), *id);
    worker.job = *id;
    return true;
}

void Race::step(Worker& worker) {
    note("worker " + std::to_string(&worker - workers_.data()) + ": " +
         std::string(stage_notes[static_cast<std::size_t>(worker.attempt->stage())]));
    stack_.push_back(&worker);
    bool is_at_work = false;
    {
        const Busy busy(worker.is_busy);
        is_at_work = worker.attempt->is_writing() && random_.one_in(8)
                         ? worker.attempt->idle()
                         : worker.attempt->step(1 + random_.below(8));
    }
    stack_.pop_back();
    if (!is_at_work) {
        if (worker.attempt->wants_requeue()) {
            server_->ready.push(worker.job);
        }
        worker.attempt.reset();
    }
}

bool Race::release_one() {
    for (Worker& worker : workers_) {
        if (!worker.attempt || worker.is_busy) {
            continue;
        }
        note("release");
        stack_.push_back(&worker);
        {
            const Busy busy(worker.is_busy);
            worker.attempt->release();
        }
        stack_.pop_back();
        server_->ready.push(worker.job);  // as the next start would offer it
        worker.attempt.reset();
        return true;
    }
    return false;
}

/// The next call of some kind on a file of a running attempt fails.
bool Race::break_file() {
    const auto running = std::find_if(
        witnesses_.begin() + static_cast<std::ptrdiff_t>(round_begin_), witnesses_.end(),
        [](const Witness& each) { return each.phase() == exports::Phase::running; });
    if (running == witnesses_.end()) {
        return false;
    }
    using world::SimCall;
    const std::string temporary = running->file() + ".tmp";
    std::string set(exports::empty_set_path);
    server_->reader().read({exports::context_kind, context_}, [&](const store::RecordView& record) {
        if (const auto named = exports::decode_context(record.value).value().set) {
            set = exports::set_path(context_, named->upload);
        }
    });
    const std::array<world::SimTarget, 10> targets{
        world::SimTarget{SimCall::open, 1, temporary},
        world::SimTarget{SimCall::write, 1, temporary},
        world::SimTarget{SimCall::write, 2, temporary},
        world::SimTarget{SimCall::sync, 1, temporary},
        world::SimTarget{SimCall::rename, 1, temporary},
        world::SimTarget{SimCall::sync_directory, 1, "files/exports"},
        world::SimTarget{SimCall::remove, 1, temporary},
        world::SimTarget{SimCall::remove, 1, running->file()},
        world::SimTarget{SimCall::open, 1, set},
        world::SimTarget{SimCall::read, 1, set}};
    note("a file breaks");
    machine_.sim_disk.fail(random_.pick(targets), random_.one_in(2)
                                                      ? boost::system::errc::io_error
                                                      : boost::system::errc::no_space_on_device);
    return true;
}

bool Race::pass_time(Milliseconds time) {
    note("time passes: " + std::to_string(time.count()) + " ms");
    machine_.manual_clock.advance(time);
    return true;
}

Witness& Race::witness_of_round() {
    return witnesses_[round_begin_ + random_.below(witnesses_.size() - round_begin_)];
}

Witness& Race::any_witness() {
    return random_.pick(witnesses_);
}

const Race::Worker* Race::worker_on(const Witness& witness) const {
    const auto is_on = [&](const Worker& worker) {
        return worker.attempt && worker.job == witness.id();
    };
    for (auto worker = stack_.rbegin(); worker != stack_.rend(); ++worker) {
        if (is_on(**worker)) {
            return *worker;
        }
    }
    const auto found = std::find_if(workers_.begin(), workers_.end(), is_on);
    return found == workers_.end() ? nullptr : &*found;
}

void Race::hear_answers() {
    for (std::size_t at = 0; at < is_client_busy_.size(); ++at) {
        const Busy busy(is_client_busy_[at]);
        server_->client(at).poll();
    }
    std::erase_if(creates_, [&](const std::unique_ptr<CreateAsk>& create) {
        if (!create->receipt()) {
            return false;
        }
        const auto made =
            std::find_if(witnesses_.begin(), witnesses_.end(),
                         [&](const Witness& each) { return each.id() == create->id(); });
        made->created(*create->receipt());
        if (create->receipt()->status == store::Status::committed) {
            server_->ready.push(create->id());
        }
        return true;
    });
    std::erase_if(cancels_, [&](const Cancel& cancel) {
        if (!cancel.ask->is_done()) {
            return false;
        }
        const std::string_view law = cancel.witness->told(*cancel.ask);
        require(law.empty(), law, cancel.witness);
        note("a client is told " + std::to_string(cancel.ask->http_status()) + " of " +
             std::string(name_of(cancel.ask->found())));
        if (cancel.ask->http_status() != 503) {
            coverage_.asked(cancel.ask->found(), Ask::cancel);
            coverage_.canceled(cancel.stage, cancel.place, cancel.ask->found());
        }
        return true;
    });
    std::erase_if(stray_asks_, [&](const std::unique_ptr<JobAsk>& ask) {
        if (!ask->is_done()) {
            return false;
        }
        const bool needs_lease = ask->ask() != Ask::claim && ask->ask() != Ask::lapse &&
                                 ask->ask() != Ask::expire && ask->ask() != Ask::remove;
        require(
            !needs_lease || ask->found() == exports::Phase::absent || !job::moves(ask->verdict()),
            "a worker without the lease moves nothing");
        coverage_.asked(ask->found(), ask->ask());
        return true;
    });
}

}  // namespace belay::sim
