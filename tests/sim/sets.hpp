// Sets of transactions for the simulation, each with rows of its own, and what every report on one
// of them must come to.
#pragma once

#include <map>
#include <optional>
#include <tuple>

#include "core/exports/job.hpp"
#include "core/world/disk_sim.hpp"

namespace belay::sim {

/// What the file of a succeeded export holds.
struct Outcome {
    exports::Sha256 sha256{};
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The days that all rows and all filters of the simulation are about.
exports::Filter whole_month();

class Sets {
  public:
    Sets();

    /// Writes the rows of this upload to a file of its own, as an upload does, but for the name
    /// that is still to be made durable. `path` is where the rows go at first.
    result<void> write(world::Disk& disk, std::string_view path, const job::Uuid& upload);

    /// What a report on the upload's rows comes to; without an upload, on none.
    const Outcome& outcome(const std::optional<job::Uuid>& upload, exports::ReportType report,
                           exports::Format format);

  private:
    /// Of the rows that an upload has: its last bytes choose them.
    using Key = std::tuple<std::optional<std::uint64_t>, exports::ReportType, exports::Format>;

    world::SimDisk shelf_{1};  // never fails
    std::map<Key, Outcome> outcomes_;
};

/// Of a whole file.
result<Outcome> outcome_of_file(world::Disk& disk, std::string_view path);

}  // namespace belay::sim
