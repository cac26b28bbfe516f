// What gets in the way, and who does it.
#include <algorithm>
#include <utility>

#include "core/exports/files.hpp"
#include "tests/sim/race.hpp"

namespace belay::sim {
namespace {

constexpr std::array<std::string_view, 7> stage_notes{
    "claim", "open the set", "write rows", "put the file in place", "succeed", "fail", "nothing"};
constexpr std::array<std::string_view, 5> upload_notes{"write", "place", "name", "wait",
                                                       "remove what was replaced"};

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

bool Race::step_upload() {
    if (is_uploader_busy_) {
        return false;
    }
    const Busy busy(is_uploader_busy_);
    note("upload: " + std::string(upload_notes[static_cast<std::size_t>(uploader_.stage())]));
    const auto make_id = [&] {
        std::array<std::uint8_t, 10> bits{};
        const std::uint64_t number = random_.number();
        std::memcpy(bits.data(), &number, sizeof number);
        return job::make_uuid_v7(machine_.manual_clock.wall(), bits);
    };
    return uploader_.step(context_, make_id,
                          [&](store::Operation& operation) { return submit(operation); });
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

}  // namespace belay::sim
