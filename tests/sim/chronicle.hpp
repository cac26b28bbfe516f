// The history of every job as the log itself tells it, version by version, and the laws that hold
// in it: written here a second time, from the contract and not from the program's own table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exports/context.hpp"
#include "core/exports/decide.hpp"
#include "core/world/disk_sim.hpp"
#include "store/log/recover.hpp"
#include "tests/sim/coverage.hpp"
#include "tests/sim/sets.hpp"

namespace belay::sim {

class Chronicle {
  public:
    /// Everything outlives it.
    Chronicle(const exports::LifeSettings& life, Sets& sets, Coverage& coverage)
        : life_(life), sets_(sets), coverage_(coverage) {}

    /// Reads the whole log on the disk, of which no segment may have been let go. Gives the law
    /// that is broken, and for which job, or nothing.
    std::string read(world::SimDisk& disk);

    /// Takes the next frame of the log. Gives the law that is broken, or nothing.
    std::string take(job::Lsn lsn, const store::FactReader& facts);

    /// How the job ended; absent if it never did. After read().
    exports::Phase end_of(const job::Uuid& id) const;

    /// Whether the job was there and, its retention over, was removed.
    bool is_removed(const job::Uuid& id) const;

  private:
    struct History {
        std::uint64_t number = 0;
        exports::Job job;
        std::string error;  ///< what the job's own views
        job::Lsn claim = 0;
        std::optional<job::Uuid> upload;  ///< of the set that the claim saw
        exports::Phase end = exports::Phase::absent;
        bool is_removed = false;
    };

    std::string_view take_job(const store::Fact& fact, job::Lsn lsn, WallTime time);
    std::string_view judge(const History& before, const job::Uuid& id, const exports::Job& job);
    std::string_view judge_claim(const exports::Job& before, const exports::Job& job);
    std::string_view judge_running(const History& before, const exports::Job& job);
    std::string_view judge_success(const History& before, const exports::Job& job);

    const exports::LifeSettings& life_;
    Sets& sets_;
    Coverage& coverage_;
    std::map<job::Uuid, History> jobs_;
    std::map<job::Uuid, std::optional<job::Uuid>> uploads_;  ///< of contexts, as the log goes on
};

}  // namespace belay::sim
