// A disk in memory for tests and the simulator, which fails as told and loses what a real one may.
//
// What it keeps. Two images of everything: what the processes on it see, and what is durable. A
// write is durable after File::sync, or at return if the file is `direct`; a name after
// sync_directory of its directory; making, syncing or renaming a file makes no name durable.
//
// What may happen (reliability 3.1), each by plan, the same for the same seed:
//   crash       at the n-th change: it is done not at all, in part or whole, and every call of
//               every process fails from then on. Then either
//   kill        the processes end, the machine goes on: all that was written stays, still unsynced;
//   power loss  each unsynced write survives, vanishes or is torn into sectors of 512 bytes, in
//               any order; so does a direct write that the crash met; a file's size is settled
//               apart from its contents; each unsynced name change survives or not.
//   errors      any error on the n-th call of a kind. A write that fails has written some prefix.
//               A sync that fails has made some of it durable, and no later sync will write the
//               rest, though reads still show it.
//   full disk   a limit of space; a write over it writes what fits and fails.
//   slowness    a call that takes as long as the plan says.
//   lies        a write that reports success and writes nothing, or writes elsewhere in the file.
//   rot         a flipped bit, or a sector that cannot be read until it is written again.
//
// What may not: rot of directories, and renames that are durable at one end only (the file systems
// that belay runs on journal them).
//
// A crash costs the writes that were not synced, not the size of the files: thousands a second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/world/disk.hpp"
#include "core/world/sim_machine.hpp"

namespace belay::world {

/// One process's view of the simulated disk. Thread-safe; its open files and locks stay valid
/// after it, and fail once their process has ended.
class SimDisk final : public Disk {
  public:
    explicit SimDisk(std::uint64_t seed);

    result<std::unique_ptr<File>> open(std::string_view path, OpenOptions options) override;
    result<void> rename(std::string_view from, std::string_view to) override;
    result<void> remove(std::string_view path) override;
    result<std::vector<std::string>> list(std::string_view directory) const override;
    result<void> make_directory(std::string_view directory) override;
    result<void> sync_directory(std::string_view directory) override;
    result<std::unique_ptr<Lock>> lock(std::string_view path) override;
    result<std::uint64_t> free_bytes() const override;

    /// Calls so far that change something: what crash_at counts.
    std::uint64_t changes() const;

    /// Calls of a kind so far, those that failed too.
    std::uint64_t calls(SimCall call) const;

    /// Crashes in the midst of the `nth` change from now (1: the next).
    void crash_at(std::uint64_t nth);

    /// No process is alive: after a crash, kill or power_loss, until restart.
    bool is_crashed() const;

    /// Ends every process on this disk; their locks are free.
    void kill();

    /// The same, and what was not durable is settled by `seed`. A crashed disk may lose power, and
    /// a disk that was killed and restarted still can lose what was unsynced before.
    void power_loss(std::uint64_t seed);

    /// Ends what still runs; this view becomes a new process, without files, locks or plans.
    void restart();

    /// A second process on the same disk.
    std::unique_ptr<SimDisk> other_process();

    /// A copy of the disk with one new process and no plans. Cheap: pages are shared until written.
    /// Use the copy on the same thread.
    std::unique_ptr<SimDisk> clone(std::uint64_t seed) const;

    void fail(SimTarget target, boost::system::errc::errc_t error);

    /// The targeted call is slow: it calls `wait`, which calls nothing of the disk, and then is
    /// done. Until then every call of every process waits, as at a device that hangs.
    void delay(SimTarget target, std::function<void()> wait);

    /// The targeted write reports success and writes nothing.
    void lose_write(SimTarget target);

    /// The targeted write goes to `offset` of the same file instead, and reports success.
    void misdirect_write(SimTarget target, std::uint64_t offset);

    /// Both need an existing file.
    void flip_bit(std::string_view path, std::uint64_t offset, unsigned bit);
    void break_sector(std::string_view path, std::uint64_t offset);

    /// Nothing that was planned to fail, to lie or to crash will.
    void forget_plans();

    /// All files together may take so much, in pages of 4 KiB; 1 TiB at first.
    void limit_space(std::uint64_t bytes);

  private:
    explicit SimDisk(std::shared_ptr<SimMachine> machine);

    const std::shared_ptr<SimMachine> machine_;
    std::uint64_t process_;
};

}  // namespace belay::world
