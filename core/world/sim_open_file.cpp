#include "core/world/sim_open_file.hpp"

#include "core/base/check.hpp"
#include "core/base/limits.hpp"

namespace belay::world {
namespace {

namespace errc = boost::system::errc;
using Outcome = SimTurn::Outcome;

boost::system::error_code system_error(errc::errc_t value) {
    return {value, boost::system::system_category()};
}

}  // namespace

SimOpenFile::SimOpenFile(std::shared_ptr<SimMachine> machine, std::uint64_t process,
                         std::string_view path, std::shared_ptr<SimFile> file, OpenOptions options)
    : machine_(std::move(machine)),
      process_(process),
      path_(path),
      file_(std::move(file)),
      options_(options) {}

result<std::size_t> SimOpenFile::read_at(std::uint64_t offset, MutableByteSpan into) const {
    check_aligned(offset, into.data(), into.size());
    const auto guard = machine_->lock();
    const SimTurn turn = machine_->begin(process_, SimCall::read, path_, false);
    if (turn.outcome != Outcome::done) {
        return turn.error;
    }
    return file_->read(offset, into);
}

result<void> SimOpenFile::write_at(std::uint64_t offset, ByteSpan bytes) {
    check_aligned(offset, bytes.data(), bytes.size());
    const auto guard = machine_->lock();
    if (options_.mode == Open::read) {
        return system_error(errc::bad_file_descriptor);
    }
    const SimTurn turn = machine_->begin(process_, SimCall::write, path_, true);
    const std::size_t fits = file_->size_that_fits(offset, bytes.size(), machine_->space_left());
    switch (turn.outcome) {
        case Outcome::dead:
            return turn.error;
        case Outcome::fails:
        case Outcome::crashes:
            // Any prefix, and not durable even if the file is direct.
            file_->write(offset, bytes.first(some_of(fits)));
            return turn.error;
        case Outcome::done:
            break;
    }
    if (turn.lie == SimLie::none) {
        file_->write(offset, bytes.first(fits));
    } else if (turn.lie == SimLie::misdirected) {
        file_->write(turn.offset, bytes);
    }
    if (options_.direct) {
        file_->sync();
    }
    if (fits < bytes.size()) {
        return system_error(errc::no_space_on_device);
    }
    return {};
}

result<void> SimOpenFile::sync() {
    const auto guard = machine_->lock();
    if (options_.direct && machine_->is_alive(process_)) {
        return {};
    }
    const SimTurn turn = machine_->begin(process_, SimCall::sync, path_, true);
    if (turn.outcome == Outcome::fails) {
        file_->fail_sync(machine_->chance);
    }
    return machine_->carry_out(turn, [&] { file_->sync(); });
}

result<std::uint64_t> SimOpenFile::size() const {
    const auto guard = machine_->lock();
    if (!machine_->is_alive(process_)) {
        return system_error(errc::io_error);
    }
    return file_->size();
}

result<void> SimOpenFile::resize(std::uint64_t size) {
    const auto guard = machine_->lock();
    if (options_.mode == Open::read) {
        return system_error(errc::invalid_argument);
    }
    const SimTurn turn = machine_->begin(process_, SimCall::resize, path_, true);
    return machine_->carry_out(turn, [&] {
        file_->resize(size);
        if (options_.direct && turn.outcome == Outcome::done) {
            file_->sync();
        }
    });
}

void SimOpenFile::check_aligned(std::uint64_t offset, const std::byte* address,
                                std::size_t size) const {
    const auto misaligned = offset | reinterpret_cast<std::uintptr_t>(address) | size;
    check(!options_.direct || misaligned % limits::block_bytes == 0,
          "direct I/O is in whole aligned blocks");
}

std::size_t SimOpenFile::some_of(std::size_t size) {
    return machine_->coin() ? size
                            : static_cast<std::size_t>(machine_->chance.number() % (size + 1));
}

}  // namespace belay::world
