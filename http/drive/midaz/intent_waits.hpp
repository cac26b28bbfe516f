// Requests that wait for another ledger: each until its transfer's intent is resolved, or until its
// time is over.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/job/ids.hpp"
#include "core/run/deadlines.hpp"
#include "core/run/shard.hpp"

namespace belay::http {

/// What is told to whoever waits.
struct Resolution {
    enum class Kind : std::uint8_t {
        resolved,            ///< the transfer says how
        insufficient_funds,  ///< there is no transfer: the hold was not made
        not_held,            ///< likewise, for the reason that `code` gives
    };

    Kind kind = Kind::resolved;
    /// The ledger's own.
    std::string code{};
};

class IntentWaits;

/// Embedded in the state of a request; ends its wait when it goes.
class IntentWait : private run::Deadline {
  public:
    IntentWait() = default;
    ~IntentWait() override;

    bool is_waiting() const noexcept { return waits_ != nullptr; }

    /// The intent is resolved; the wait has ended. May begin another, or destroy this.
    virtual void resolved(const Resolution& resolution) noexcept = 0;

    /// It took too long; likewise.
    virtual void took_too_long() noexcept = 0;

  private:
    friend class IntentWaits;

    void expired() override;

    IntentWaits* waits_ = nullptr;
    job::Uuid transfer_;
};

/// Those of one shard; not thread-safe.
class IntentWaits {
  public:
    IntentWaits(run::Shard& shard, Milliseconds length)
        : shard_(shard), length_(shard.deadlines().of_length(length)) {}
    /// Nobody waits (checked).
    ~IntentWaits();
    IntentWaits(const IntentWaits&) = delete;
    IntentWaits& operator=(const IntentWaits&) = delete;

    void begin(IntentWait& wait, const job::Uuid& transfer);
    void end(IntentWait& wait) noexcept;

    /// Tells all who wait for the transfer.
    void resolve(const job::Uuid& transfer, const Resolution& resolution);

  private:
    run::Shard& shard_;
    run::DeadlineClass& length_;
    std::unordered_multimap<job::Uuid, IntentWait*, job::UuidHash> waiting_;
};

}  // namespace belay::http
