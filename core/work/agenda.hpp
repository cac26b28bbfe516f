// When time itself has something to ask of a record: leases that end, retries that come due,
// expiry, retention.
//
// Most of a million records are due in days. The agenda holds only what is due within its horizon;
// what lies beyond is found again by a walk over all records, made at least once a horizon. An
// entry is a hint: whoever takes it asks the record itself what is due.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::work {

/// Thread-safe.
class Agenda {
  public:
    explicit Agenda(Milliseconds horizon) noexcept : horizon_(horizon) {}

    /// Remembers that the record is due at `due`, if that is within the horizon of `now`. Takes no
    /// lock otherwise. Noting the same twice is noting it once.
    void note(const job::RecordId& id, WallTime due, WallTime now);

    /// Takes the earliest record that is due at `now`.
    std::optional<job::RecordId> take_due(WallTime now);

    /// When the earliest is due.
    std::optional<WallTime> next_due() const;

    std::size_t size() const;

    Milliseconds horizon() const noexcept { return horizon_; }

  private:
    const Milliseconds horizon_;
    mutable std::mutex mutex_;
    std::set<std::pair<WallTime, job::RecordId>> entries_;
};

}  // namespace belay::work
