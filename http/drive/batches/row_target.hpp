// Where the rows of a batch are sent: belay's own operations, or another server.
//
// What is sent is named by its key, "<job id>:<row id>", and a target that keeps keys acts once for
// it, however often it is sent. When to send, when to send again and when not any more is the
// runner's business; a target sends one row once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "core/base/time.hpp"
#include "core/batches/job.hpp"
#include "core/batches/path_template.hpp"
#include "core/batches/row.hpp"
#include "core/run/task.hpp"

namespace belay::batch_drive {

/// What all rows of a job have in common. Outlives every call for the job.
struct RowsOf {
    job::Uuid job;
    batches::Method method = batches::Method::post;
    batches::PathTemplate path;
    /// As whom belay's own operations are run: the job's creator.
    auth::Principal creator;
    /// Of the operations that the rows are.
    bool suppresses_events = false;
};

/// What became of sending a row.
struct RowAnswer {
    enum class Kind : std::uint8_t {
        /// The row has its answer.
        final,
        /// It was not done, and may be if it is sent again under the same key, not before `wait`.
        /// Status and response say what is recorded if it is not sent again.
        again,
    };

    Kind kind = Kind::final;
    /// As in HTTP; 200 to 299: the row succeeded.
    int status = 0;
    /// One JSON value, without a line feed.
    std::string response;
    Milliseconds wait{};

    bool has_succeeded() const noexcept { return status >= 200 && status < 300; }
};

/// Lives on the shard that runs batches; any number of calls at once.
class RowTarget {
  public:
    virtual ~RowTarget() = default;

    /// Sends the row. `attempt` is 1 for the first time. Everything handed over outlives the await.
    virtual run::task<RowAnswer> send(const RowsOf& rows, const batches::Row& row,
                                      std::string_view key, unsigned attempt) = 0;

    /// Of a job that is being canceled, and a row that may have been sent by a process that is no
    /// more: what it came to. Never sends it; nullopt: it was not done, and now never will be.
    virtual run::task<std::optional<RowAnswer>> settle(const RowsOf& rows, const batches::Row& row,
                                                       std::string_view key) = 0;
};

}  // namespace belay::batch_drive
