// What the crashes of a simulation have met, counted: a fault that never struck has proved nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/coverage.hpp"

namespace belay::sim {

/// What can happen to a server in an ordeal (ordeal.hpp).
enum class Met : std::uint8_t {
    // What clients, workers and time ask.
    create,
    same_again,  ///< a request that was sent before, under its key
    same_key,    ///< another request under a key that was used
    cancel,
    foreign_cancel,  ///< of another tenant's job
    stray_ask,       ///< of a worker without the lease
    upload,
    work,
    worker_death,
    release,
    chores,
    key_sweep,
    list,
    get,
    snapshot,
    in_the_midst,  ///< a request in the midst of somebody else's step
    wait,
    long_wait,  ///< a day, the week, the month
    // How processes end.
    kill,
    power_loss,
    crash_in_call,   ///< in the midst of a call to the disk
    crash_in_start,  ///< in the midst of a recovery
    clean_stop,
    // What is wrong with disk and clock.
    write_error,
    sync_error,
    no_space,
    create_refused,  ///< for lack of room
    lost_write,
    misdirected_write,
    start_read_error,
    start_without_space,
    flipped_bit,  ///< these four: on a copy of the disk
    bad_sector,
    lost_file,
    renamed_file,
    clock_back,
    clock_forth,
    // What starts did.
    cut_tail,
    second_generation,  ///< a snapshot and an older one were there
    segment_recycled,
    damage_refused,
    damage_harmless,
    copy_recovered,
    older_snapshot_replayed,
    whole_log_replayed,
    key_replayed,
    key_clashed,
    count_,
};

class Tally {
  public:
    void add(Met met, std::uint64_t count = 1) { counts_[static_cast<std::size_t>(met)] += count; }
    std::uint64_t count(Met met) const { return counts_[static_cast<std::size_t>(met)]; }

    std::uint64_t crashes = 0;     ///< and clean stops: each end of a process that was looked into
    std::uint64_t recoveries = 0;  ///< starts that came to their end, those of copies included
    std::uint64_t requests = 0;
    std::uint64_t transitions = 0;

    /// What can be met and was not, a line each; `asked` counts the transitions.
    std::vector<std::string> missing(const Coverage& asked) const;
    std::string summary(const Coverage& asked, double seconds) const;

  private:
    std::array<std::uint64_t, static_cast<std::size_t>(Met::count_)> counts_{};
};

}  // namespace belay::sim
