// A row of a job that is under way.
#pragma once

#include <optional>
#include <string>

#include "http/drive/batches/job_run.hpp"

namespace belay::batch_drive {

struct JobRun::RowRun {
    std::uint64_t number = 0;
    batches::Row row;
    std::string key;
    RowTries tries;
    /// What is recorded if it is never sent again and was not done.
    std::optional<RowAnswer> last;
    /// Nobody knows what it came to if it was sent and is not known by then.
    WallTime known_until{};
    /// Sent again before this time only.
    world::MonotonicTime again_until{};
    /// While it waits.
    world::MonotonicTime due{};
    /// Of its line.
    std::size_t bytes = 0;
};

}  // namespace belay::batch_drive
