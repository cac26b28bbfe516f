// Between the requests, each on its shard, and the driver of intents, on its own: who wants to know
// what becomes of an intent, and who does something about it.
#pragma once

#include <memory>
#include <vector>

#include "http/drive/intent_keeper.hpp"
#include "http/drive/midaz/intent_waits.hpp"
#include "http/drive/midaz/ledger_port.hpp"

namespace belay::http {

class IntentDesk {
  public:
    /// `patience`: how long a request waits.
    explicit IntentDesk(Milliseconds patience) noexcept : patience_(patience) {}

    // While the process is built, before any shard runs.

    /// In the order of their indices. The shards outlive the desk.
    void add_shard(run::Shard& shard);
    /// Both outlive the last request.
    void set_keeper(IntentKeeper& keeper, const LedgerPort& port) noexcept;

    // On the shard of a request.

    /// Whether it is worth beginning something that the ledger must do.
    bool is_reachable() const noexcept { return port_->is_reachable(); }

    /// An intent was logged, durably: it is looked after, and `wait` is told.
    void wait(run::Shard& shard, IntentWait& wait, const job::Uuid& transfer);

    // Thread-safe.

    /// An intent was logged, durably, for nobody who waits.
    void look_after(const job::Uuid& transfer) noexcept { keeper_->look_after(transfer); }

    /// An intent is resolved, durably.
    void resolved(const job::Uuid& transfer, const Resolution& resolution);

  private:
    struct PerShard {
        PerShard(run::Shard& of, Milliseconds patience) : shard(of), waits(of, patience) {}

        run::Shard& shard;
        IntentWaits waits;
    };

    const Milliseconds patience_;
    std::vector<std::unique_ptr<PerShard>> per_shard_;
    IntentKeeper* keeper_ = nullptr;
    const LedgerPort* port_ = nullptr;
};

}  // namespace belay::http
