// Brings the open intents of transfers to their resolution (design 7): reads from the store what is
// to be asked of the ledger, has it carried out, logs what came of it, and tells those who wait. It
// acts on durable facts only; what a process leaves open, the next one finds and finishes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/run/event.hpp"
#include "core/run/gate.hpp"
#include "core/transfers/hours.hpp"
#include "core/world/entropy.hpp"
#include "core/world/rail.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/external_move.hpp"
#include "http/drive/midaz/intent_desk.hpp"
#include "http/drive/midaz/ledger_port.hpp"
#include "http/drive/midaz/sleeper.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "store/store.hpp"

namespace belay::http {

struct IntentDriverSettings {
    /// Of the times that subscribers are told.
    transfers::Zone zone;
    /// The ledger remembers the key of a hold for longer than this; from then on a hold that it did
    /// not confirm is given up.
    Milliseconds hold_window = std::chrono::hours(23);
    /// Before a release or commit that the ledger refuses, or a store that is full, is tried again.
    Milliseconds refused_pause = std::chrono::seconds(30);
};

/// Told, on the driver's shard, what an operator should know.
class IntentReporter {
  public:
    /// The ledger refuses to release or to commit what it holds, and is asked again and again.
    virtual void refused(const job::Uuid& transfer, LedgerDeed deed, std::string_view code) = 0;
    /// The transfer is not what was asked for, or nobody knows: an event tells of it.
    virtual void diverged(const job::Uuid& transfer, LedgerDeed deed) = 0;

  protected:
    ~IntentReporter() = default;
};

/// What the driver works with; everything outlives it.
struct IntentDriverParts {
    run::Shard& shard;
    store::Lane& lane;  ///< the shard's
    LedgerPort& port;
    IntentDesk& desk;
    EventFeed& events;
    TransferInbox& inbox;
    world::Rail* rail;  ///< or null
    world::Entropy& entropy;
    IntentReporter& reporter;
};

/// On one shard of its own, but for look_after().
class IntentDriver final : public IntentKeeper {
  public:
    IntentDriver(const IntentDriverParts& parts, const IntentDriverSettings& settings);
    /// stop() has been called, and the gate was empty.
    ~IntentDriver() = default;

    void look_after(const job::Uuid& transfer) noexcept override;

    /// Looks after every intent that the store has. Before anything new is asked, so that nothing
    /// is missed.
    void survey();

    /// Begins nothing new, and calls `when_idle` when nothing is under way. The port is stopped
    /// before.
    void stop(std::function<void()> when_idle);

    /// Intents that are being looked after.
    std::size_t busy() const noexcept { return under_way_.size(); }

  private:
    /// An open intent.
    struct Open {
        transfers::Ask ask = transfers::Ask::process;
        LedgerOrder order;
    };

    /// Waits for one operation.
    class Move;

    void begin(const job::Uuid& transfer);
    run::task<> drive(job::Uuid transfer);
    run::task<bool> resolve(const job::Uuid& transfer, const Open& open,
                            const LedgerOutcome& outcome);
    std::optional<Open> read(const job::Uuid& transfer);
    job::Uuid new_id();

    const IntentDriverParts parts_;
    const IntentDriverSettings settings_;
    run::Gate gate_;
    midaz::Sleeper sleeper_;
    std::unordered_set<job::Uuid, job::UuidHash> under_way_;
    bool stopping_ = false;
};

}  // namespace belay::http
