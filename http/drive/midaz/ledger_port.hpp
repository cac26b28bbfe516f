// What the transfer family asks of a ledger that is not its own (contracts README 5).
//
// Such a ledger cannot move in the same log record as the transfer. So belay logs first what it is
// going to ask (the transfer's open intent), then asks, and logs what came of it when the ledger
// has confirmed it. Every order may therefore be given again, by the same process or by the next:
// the ledger does each of them once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "core/run/task.hpp"
#include "core/world/clock.hpp"

namespace belay::http {

enum class LedgerDeed : std::uint8_t {
    hold,     ///< put amount and fee on hold at the sender; named by the transfer's id
    release,  ///< give what is on hold back; named by the transaction's id
    commit,   ///< move it to where it goes; likewise
};

struct LedgerOrder {
    LedgerDeed deed = LedgerDeed::hold;
    job::Uuid transfer;
    job::TenantId organization;
    job::Uuid ledger;
    /// hold.
    job::Uuid sender_account{};
    /// hold: the account of the same ledger that gets the money; empty: it leaves the ledger.
    std::string recipient_alias{};
    ledger::Money amount{};
    ledger::Money fee{};
    /// hold: from then on nobody can say any more whether an unanswered call was carried out.
    world::MonotonicTime give_up = world::MonotonicTime::max();
    /// release, commit: what a hold gave.
    job::Uuid transaction{};
};

struct LedgerOutcome {
    enum class Kind : std::uint8_t {
        done,
        insufficient_funds,  ///< hold: nothing was moved
        refused,             ///< the ledger says no, and will say so again; nothing was moved
        other_won,           ///< release found it committed, or commit found it released
        unknown,             ///< the order was given up, or this process stops
    };

    Kind kind = Kind::unknown;
    /// done of a hold: how the ledger names what it made.
    job::Uuid transaction{};
    /// refused: the ledger's own code, "0024".
    std::string code{};

    friend bool operator==(const LedgerOutcome&, const LedgerOutcome&) = default;
};

class LedgerPort {
  public:
    virtual ~LedgerPort() = default;

    /// Carries the order out, trying again until the outcome is known. On the shard of the port's
    /// owner; `order` outlives the await.
    virtual run::task<LedgerOutcome> carry_out(const LedgerOrder& order) = 0;

    /// Whether an order would be tried now, as far as the last ones tell. Thread-safe.
    virtual bool is_reachable() const noexcept = 0;
};

}  // namespace belay::http
