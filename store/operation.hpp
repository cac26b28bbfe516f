// What a caller asks of the store: an operation looks at the newest versions of a few records and
// of one idempotency key, decides, and either moves records in one transition or declines.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/container/static_vector.hpp>

#include "core/base/bytes.hpp"
#include "core/base/limits.hpp"
#include "core/base/time.hpp"
#include "core/job/idempotency.hpp"
#include "core/job/ids.hpp"

namespace belay::store {

class LaneState;

/// A version of a record. `value` is valid until the call that was handed the version returns.
struct RecordView {
    job::Lsn lsn = 0;
    /// 1 for the version that made the record, then counting up.
    std::uint64_t number = 0;
    ByteSpan value;
};

/// What a decision sees: the newest versions, the subjects loaded before the key (a claim of a key
/// precedes the swaps of its records, so who saw such a swap sees the claim).
struct View {
    /// In the order of Operation::subjects; nullopt where there is no such record.
    std::span<const std::optional<RecordView>> subjects;
    /// What the operation's key was answered before; nullopt without a key or if it is fresh. May
    /// be past its expiry: job::judge_key decides.
    std::optional<job::RememberedAnswer> remembered;
    /// The time of day, never before that of any transition in the log.
    WallTime now;
};

/// What a decision wants moved. Everything named is copied before the call returns.
class Draft {
  public:
    /// The subject gets a new version with this value; it is made if it is absent. One that has
    /// just been removed is made again when the removal is durable and out of everybody's sight:
    /// the operation waits for that. The same holds for keys.
    void put(std::size_t subject, ByteSpan value);

    /// The subject is removed; it must be there.
    void remove(std::size_t subject);

    /// The operation's key is claimed and answers so until it expires. Once, and only with a key.
    void remember(const job::RememberedAnswer& answer);

    /// The operation's key, which must be remembered, is forgotten.
    void forget();

    /// Takes everything back: nothing is to move.
    void abandon() { begin(subject_count_); }

    /// Nothing is to move so far.
    bool empty() const noexcept;

  private:
    friend class LaneState;

    enum class Move : std::uint8_t { none, put, remove };

    struct Part {
        Move move = Move::none;
        std::size_t offset = 0;
        std::size_t size = 0;
    };

    void begin(std::size_t subject_count);

    std::array<Part, limits::records_per_frame_max> parts_;  ///< the first subject_count_ are set
    std::size_t subject_count_ = 0;
    Part key_;
    std::string bytes_;
};

enum class Status : std::uint8_t {
    /// The transition is durable.
    committed,
    /// Nothing was moved, and every version that was looked at is durable.
    declined,
    /// Nothing was moved: a limit of memory, ring or disk is reached, or others were in the way for
    /// the whole commit timeout. Trying later may succeed.
    exhausted,
    /// The disk took longer than the commit timeout: the outcome is unknown, the key finds out.
    unknown,
    /// The log has failed or is stopping. If the operation had moved anything, the outcome is
    /// unknown.
    stopped,
};

struct Receipt {
    Status status = Status::declined;
    /// committed: the transition's log sequence number.
    job::Lsn lsn = 0;
};

/// What is kept free for whom when the store runs full (design 4).
enum class Importance : std::uint8_t {
    /// Meets the limits first.
    create,
    /// Cancels, completions, releases, expiry: may use the reserve.
    essential,
};

/// Lives at least until done() returns; belongs to one lane from submit to done.
class Operation {
  public:
    virtual ~Operation() = default;

    /// Looks and decides. May be called several times, each time with a clean draft; only what the
    /// last call put counts. Calls nothing of the store.
    virtual void decide(const View& view, Draft& draft) = 0;

    /// Called exactly once, on the lane's thread, from submit() or a later poll(). May submit
    /// again.
    virtual void done(const Receipt& receipt) noexcept = 0;

  protected:
    Operation() = default;
    Operation(const Operation&) = default;
    Operation& operator=(const Operation&) = default;

    /// Says which records decide() is about; each once. A record that decide() puts or removes must
    /// be named, and so must one whose change would alter the decision: then it must also be put.
    void set_subjects(std::span<const job::RecordId> subjects);

    /// Names the idempotency key: scope and key in one, at most limits::key_name_bytes_max. The
    /// bytes stay valid until done().
    void set_key(std::string_view name) { key_ = name; }

    void set_importance(Importance importance) { importance_ = importance; }

  private:
    friend class LaneState;

    // Only those that there are: most operations are about one or two records, and to clear the
    // places of the others would be half of what is written to make one.
    boost::container::static_vector<job::RecordId, limits::records_per_frame_max> subjects_;
    std::optional<std::string_view> key_;
    Importance importance_ = Importance::essential;
    std::int64_t submitted_at_ = 0;  // monotonic nanoseconds
    Operation* next_ = nullptr;      // in the lane's list of those that wait to decide again
};

}  // namespace belay::store
