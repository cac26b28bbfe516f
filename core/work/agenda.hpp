// When time itself has something to ask of a record: leases that end, retries that come due,
// expiry, retention.
//
// Most of a million records are due in days. The agenda holds only what is due within its horizon;
// what lies beyond is found again by a walk over all records, made at least once a horizon. An
// entry is a hint: whoever takes it asks the record itself what is due.
//
// Who notes something is on the way of a request, so a note goes through a mailbox, without a lock
// and without memory; who looks into the agenda sorts in what has come. A note that is just being
// written by another thread is seen by the next look.
#pragma once

#include <compare>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/work/mailbox.hpp"

namespace belay::work {

/// Thread-safe.
class Agenda {
  public:
    explicit Agenda(Milliseconds horizon) noexcept : horizon_(horizon) {}

    /// Remembers that the record is due at `due`, if that is within the horizon of `now`. Takes a
    /// lock only if so much was noted since the last look that the mailbox is full. Noting the same
    /// twice is noting it once.
    void note(const job::RecordId& id, WallTime due, WallTime now);

    /// Takes the earliest record that is due at `now`.
    std::optional<job::RecordId> take_due(WallTime now);

    /// When the earliest is due.
    std::optional<WallTime> next_due() const;

    std::size_t size() const;

    Milliseconds horizon() const noexcept { return horizon_; }

  private:
    struct Entry {
        WallTime due;
        job::RecordId id;

        friend auto operator<=>(const Entry&, const Entry&) = default;
    };

    static constexpr std::size_t places = 8192;

    /// All of them, sorted. With mutex_ held, which makes the caller the mailbox's one reader.
    std::set<Entry>& sorted() const;

    const Milliseconds horizon_;
    mutable Mailbox<Entry> noted_{places};
    mutable std::mutex mutex_;
    mutable std::set<Entry> entries_;  ///< without what is in noted_
};

}  // namespace belay::work
