#include "core/world/disk_sim.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/world/disk_path.hpp"
#include "core/world/sim_open_file.hpp"

namespace belay::world {
namespace {

namespace errc = boost::system::errc;
using Outcome = SimTurn::Outcome;

boost::system::error_code system_error(errc::errc_t value) {
    return {value, boost::system::system_category()};
}

boost::system::error_code why_dead(const SimMachine& machine, std::uint64_t process) {
    return machine.is_alive(process) ? boost::system::error_code() : system_error(errc::io_error);
}

class SimLock final : public Lock {
  public:
    SimLock(std::shared_ptr<SimMachine> machine, std::uint64_t process, std::string_view path)
        : machine_(std::move(machine)), process_(process), path_(path) {}

    ~SimLock() override {
        const auto guard = machine_->lock();
        // A process that has ended lost its locks then; the name may be another's by now.
        if (machine_->is_alive(process_)) {
            machine_->locks.erase(path_);
        }
    }

  private:
    const std::shared_ptr<SimMachine> machine_;
    const std::uint64_t process_;
    const std::string path_;
};

/// Why there is no such directory; success if there is.
boost::system::error_code why_no_directory(const SimNames& names, std::string_view path) {
    if (!is_directory_path(path)) {
        return system_error(errc::invalid_argument);
    }
    if (names.is_directory(path)) {
        return {};
    }
    return system_error(names.file(path) ? errc::not_a_directory : errc::no_such_file_or_directory);
}

/// Why a file cannot be made, or is not, at `path`; success if it can be.
boost::system::error_code why_not_for_file(const SimNames& names, std::string_view path) {
    if (!is_file_path(path)) {
        return system_error(errc::invalid_argument);
    }
    if (names.is_directory(path)) {
        return system_error(errc::is_a_directory);
    }
    return why_no_directory(names, parent_of(path));
}

/// Why there is no file at `path`; success if there is.
boost::system::error_code why_no_file(const SimNames& names, std::string_view path) {
    const auto why = why_not_for_file(names, path);
    return why || names.file(path) ? why : system_error(errc::no_such_file_or_directory);
}

}  // namespace

SimDisk::SimDisk(std::uint64_t seed) : SimDisk(std::make_shared<SimMachine>(seed)) {}

SimDisk::SimDisk(std::shared_ptr<SimMachine> machine) : machine_(std::move(machine)) {
    const auto guard = machine_->lock();
    process_ = machine_->start_process();
}

result<std::unique_ptr<File>> SimDisk::open(std::string_view path, OpenOptions options) {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    SimNames& names = machine_->names;
    const bool may_make = options.mode == Open::create || options.mode == Open::truncate;
    if (const auto why = may_make ? why_not_for_file(names, path) : why_no_file(names, path)) {
        return why;
    }
    auto file = names.file(path);
    if (file && options.mode == Open::create) {
        return system_error(errc::file_exists);
    }
    const SimTurn turn = machine_->begin(process_, SimCall::open, path, may_make);
    const auto done = machine_->carry_out(turn, [&] {
        if (!file) {
            file = std::make_shared<SimFile>();
            names.add_file(path, file);
        } else if (options.mode == Open::truncate && file->size() > 0) {
            file->resize(0);
        }
    });
    if (!done) {
        return done.error();
    }
    return std::unique_ptr<File>(
        std::make_unique<SimOpenFile>(machine_, process_, path, std::move(file), options));
}

result<void> SimDisk::rename(std::string_view from, std::string_view to) {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    SimNames& names = machine_->names;
    if (const auto why = why_no_file(names, from)) {
        return why;
    }
    if (const auto why = why_not_for_file(names, to)) {
        return why;
    }
    const SimTurn turn = machine_->begin(process_, SimCall::rename, from, true);
    return machine_->carry_out(turn, [&] { names.rename(from, to); });
}

result<void> SimDisk::remove(std::string_view path) {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    if (const auto why = why_no_file(machine_->names, path)) {
        return why;
    }
    const SimTurn turn = machine_->begin(process_, SimCall::remove, path, true);
    return machine_->carry_out(turn, [&] { machine_->names.remove(path); });
}

result<std::vector<std::string>> SimDisk::list(std::string_view directory) const {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    if (const auto why = why_no_directory(machine_->names, directory)) {
        return why;
    }
    const SimTurn turn = machine_->begin(process_, SimCall::list, directory, false);
    if (turn.outcome != Outcome::done) {
        return turn.error;
    }
    return machine_->names.list(directory);
}

result<void> SimDisk::make_directory(std::string_view directory) {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    if (!is_directory_path(directory)) {
        return system_error(errc::invalid_argument);
    }
    SimNames& names = machine_->names;
    for (std::size_t end = 0; end < directory.size();) {
        end = std::min(directory.find('/', end + 1), directory.size());
        if (names.file(directory.substr(0, end))) {
            return system_error(errc::not_a_directory);
        }
    }
    const SimTurn turn = machine_->begin(process_, SimCall::make_directory, directory, true);
    return machine_->carry_out(turn, [&] {
        for (std::size_t end = 0; end < directory.size();) {
            end = std::min(directory.find('/', end + 1), directory.size());
            const std::string_view part = directory.substr(0, end);
            if (!names.is_directory(part)) {
                names.add_directory(part);
            }
        }
    });
}

result<void> SimDisk::sync_directory(std::string_view directory) {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    if (const auto why = why_no_directory(machine_->names, directory)) {
        return why;
    }
    const SimTurn turn = machine_->begin(process_, SimCall::sync_directory, directory, true);
    return machine_->carry_out(turn, [&] { machine_->names.sync(directory); });
}

result<std::unique_ptr<Lock>> SimDisk::lock(std::string_view path) {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    SimNames& names = machine_->names;
    if (const auto why = why_not_for_file(names, path)) {
        return why;
    }
    const SimTurn turn = machine_->begin(process_, SimCall::lock, path, !names.file(path));
    if (turn.outcome != Outcome::done) {
        return turn.error;
    }
    if (!names.file(path)) {
        names.add_file(path, std::make_shared<SimFile>());
    }
    if (!machine_->locks.emplace(path).second) {
        return Error::locked;
    }
    return std::unique_ptr<Lock>(std::make_unique<SimLock>(machine_, process_, path));
}

result<std::uint64_t> SimDisk::free_bytes() const {
    const auto guard = machine_->lock();
    if (const auto why = why_dead(*machine_, process_)) {
        return why;
    }
    return machine_->space_left();
}

std::uint64_t SimDisk::changes() const {
    const auto guard = machine_->lock();
    return machine_->changes();
}

std::uint64_t SimDisk::calls(SimCall call) const {
    const auto guard = machine_->lock();
    return machine_->calls(call);
}

void SimDisk::crash_at(std::uint64_t nth) {
    const auto guard = machine_->lock();
    machine_->crash_at(nth);
}

bool SimDisk::is_crashed() const {
    const auto guard = machine_->lock();
    return machine_->is_crashed();
}

void SimDisk::kill() {
    const auto guard = machine_->lock();
    machine_->end_processes();
}

void SimDisk::power_loss(std::uint64_t seed) {
    const auto guard = machine_->lock();
    machine_->end_processes();
    SeededEntropy chance(seed);
    machine_->names.lose_power(chance);
}

void SimDisk::restart() {
    const auto guard = machine_->lock();
    machine_->end_processes();
    machine_->forget_plans();
    process_ = machine_->start_process();
}

std::unique_ptr<SimDisk> SimDisk::other_process() {
    return std::unique_ptr<SimDisk>(new SimDisk(machine_));
}

std::unique_ptr<SimDisk> SimDisk::clone(std::uint64_t seed) const {
    auto copy = std::make_shared<SimMachine>(seed);
    {
        const auto guard = machine_->lock();
        copy->names = machine_->names.clone();
        copy->space_max = machine_->space_max;
    }
    return std::unique_ptr<SimDisk>(new SimDisk(std::move(copy)));
}

void SimDisk::fail(SimTarget target, errc::errc_t error) {
    const auto guard = machine_->lock();
    machine_->plan({.target = std::move(target), .error = error});
}

void SimDisk::delay(SimTarget target, std::function<void()> wait) {
    const auto guard = machine_->lock();
    machine_->plan({.target = std::move(target), .wait = std::move(wait)});
}

void SimDisk::lose_write(SimTarget target) {
    const auto guard = machine_->lock();
    machine_->plan({.target = std::move(target), .lie = SimLie::lost});
}

void SimDisk::misdirect_write(SimTarget target, std::uint64_t offset) {
    const auto guard = machine_->lock();
    machine_->plan({.target = std::move(target), .lie = SimLie::misdirected, .offset = offset});
}

void SimDisk::forget_plans() {
    const auto guard = machine_->lock();
    machine_->forget_plans();
}

void SimDisk::flip_bit(std::string_view path, std::uint64_t offset, unsigned bit) {
    const auto guard = machine_->lock();
    const auto file = machine_->names.file(path);
    check(file != nullptr, "a bit is flipped in a file that exists");
    file->flip_bit(offset, bit);
}

void SimDisk::break_sector(std::string_view path, std::uint64_t offset) {
    const auto guard = machine_->lock();
    const auto file = machine_->names.file(path);
    check(file != nullptr, "a sector breaks in a file that exists");
    file->break_sector(offset);
}

void SimDisk::limit_space(std::uint64_t bytes) {
    const auto guard = machine_->lock();
    machine_->space_max = bytes;
}

}  // namespace belay::world
