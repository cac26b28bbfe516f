// The ledger port to a real Midaz: carries orders out, many at once, call after call and try after
// try. What is decided is the machines' (errand.hpp, breaker.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <string>

#include "core/world/entropy.hpp"
#include "http/drive/midaz/breaker.hpp"
#include "http/drive/midaz/caller.hpp"
#include "http/drive/midaz/errand.hpp"
#include "http/drive/midaz/ledger_port.hpp"
#include "http/drive/midaz/sleeper.hpp"
#include "http/drive/midaz/turns.hpp"

namespace belay::midaz {

struct ConnectorSettings {
    Accounts accounts;
    Patience patience;
    BreakerSettings breaker;
    /// Orders under way at once; the others wait their turn.
    std::size_t in_flight_max = 128;
};

/// On one shard, but for is_reachable(). No order is under way when it goes: stop() first, and the
/// shard's gate empty.
class Connector final : public http::LedgerPort {
  public:
    /// Everything outlives it.
    Connector(run::Shard& shard, Caller& caller, world::Entropy& entropy,
              const ConnectorSettings& settings);

    /// Orders for one transfer are carried out one after the other, in the order in which they were
    /// given.
    run::task<http::LedgerOutcome> carry_out(const http::LedgerOrder& order) override;

    bool is_reachable() const noexcept override;

    /// Every order ends after the call that it is at, its outcome unknown.
    void stop() noexcept;

  private:
    run::task<> drive(Errand& errand);
    void count(const Reply& reply) noexcept;
    std::string known_alias(const http::LedgerOrder& order) const;
    void remember_alias(const http::LedgerOrder& order, const std::string& alias);

    run::Shard& shard_;
    Caller& caller_;
    world::Entropy& entropy_;
    const ConnectorSettings settings_;
    Sleeper sleeper_;
    Turns turns_;
    Breaker breaker_;
    bool stopping_ = false;
    /// Until when no call is made. Relaxed: a hint to other shards, nothing rests on it.
    std::atomic<world::MonotonicTime> unreachable_until_{world::MonotonicTime()};
    /// Of accounts, by id: an alias never changes.
    std::map<job::Uuid, std::string> aliases_;
};

}  // namespace belay::midaz
