// Where the rows of a batch are sent: belay's own operations, or another server.
//
// What is sent is named by its key, "<job id>:<row id>", and a target that keeps keys acts once for
// it, however often it is sent. A target sends one row once, and says whether sending it again is
// safe and of use; when to send, and when not any more, is the runner's business.
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

/// What has become of a row so far: one for each, made by the runner before it is sent first, moved
/// on by the target with every send.
struct RowTries {
    /// An earlier send may have been acted on. True from the start for a row that another process
    /// may have sent.
    bool may_be_done = false;
    // Of this process, how often
    std::uint16_t unreached = 0;  ///< nothing of it arrived
    std::uint16_t lost = 0;       ///< it may have arrived, and no answer came
    std::uint16_t put_off = 0;    ///< it was to come later
    std::uint16_t throttled = 0;  ///< likewise, since there were too many
};

/// What became of sending a row.
struct RowAnswer {
    enum class Kind : std::uint8_t {
        /// The row has its answer.
        final,
        /// It may be sent again under the same key, not before `wait` is over. If it never is
        /// (the job is being canceled, its time is over): settle() says what it came to if
        /// RowTries::may_be_done, else it was not done, and status and response are recorded.
        again,
    };

    Kind kind = Kind::final;
    /// As in HTTP; 200 to 299: the row succeeded.
    int status = 0;
    /// One JSON value, without a line feed.
    std::string response;
    Milliseconds wait{};
    /// again: the target asks for less of everything; no row is sent to it before `wait` is over.
    bool holds_all = false;

    bool has_succeeded() const noexcept { return status >= 200 && status < 300; }
};

/// Lives on the shard that runs batches; any number of calls at once.
class RowTarget {
  public:
    virtual ~RowTarget() = default;

    /// Sends the row once. Everything handed over outlives the await. How often it is worth trying
    /// is the target's to say: it answers `again` only so many times, but for what the job's own
    /// end bounds.
    virtual run::task<RowAnswer> send(const RowsOf& rows, const batches::Row& row,
                                      std::string_view key, RowTries& tries) = 0;

    /// Of a row that may have been sent, of a job that sends nothing any more: what it came to.
    /// Never sends it; nullopt: it was not done, and now never will be. Kind::again: not known yet,
    /// settle() is asked once more when `wait` is over.
    virtual run::task<std::optional<RowAnswer>> settle(const RowsOf& rows, const batches::Row& row,
                                                       std::string_view key) = 0;

    /// So long from its first send a row's key is known. A row that may have been sent longer ago
    /// is neither sent nor settled: nobody can tell what it came to (outcome_unknown()).
    virtual Milliseconds keys_kept(const RowsOf& rows) const noexcept = 0;
};

/// The answer of a row that was sent and of which nobody knows what it came to: 504, code
/// "outcome_unknown".
RowAnswer outcome_unknown();

}  // namespace belay::batch_drive
