// A ledger in a store on a simulated disk, without threads: accounts that exist by their ids, and
// asks that two lanes may have under way at once.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string_view>
#include <vector>

#include "core/world/clock.hpp"
#include "core/world/disk_sim.hpp"
#include "core/world/entropy.hpp"
#include "http/drive/ledger_act.hpp"
#include "store/store.hpp"

namespace belay::http::testing {

/// Customers have numbers from 1 on; 0 is the world outside.
job::Uuid account(unsigned number);
job::Uuid transaction_id(unsigned number);

/// So much from one account to others, in equal parts.
ledger::Transaction payment(unsigned from, const std::vector<unsigned>& to, std::int64_t amount,
                            std::uint8_t stripe = 0);

/// One ask of one ledger transaction, as an operation of its own.
class Ask final : public store::Operation {
  public:
    /// Of a new transaction (post, hold), or of one that was read (commit, cancel).
    Ask(unsigned id, const ledger::Transaction& transaction, ledger::Ask ask);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    bool is_done = false;
    store::Receipt receipt;
    LedgerAct::Outcome outcome;

  private:
    const ledger::Transaction transaction_;
    const ledger::Ask ask_;
    LedgerAct act_;
};

struct Sums {
    std::int64_t all = 0;      ///< available and on hold, of everybody
    std::int64_t on_hold = 0;  ///< of everybody
    std::int64_t lowest = 0;   ///< available of the poorest customer
};

class Bank {
  public:
    explicit Bank(std::uint64_t seed = 1, bool threaded = false);
    ~Bank();
    Bank(const Bank&) = delete;
    Bank& operator=(const Bank&) = delete;

    /// Submits on one of two lanes; goes on with advance().
    Ask& submit(std::size_t lane, unsigned id, const ledger::Transaction& transaction,
                ledger::Ask ask);
    /// The same of a transaction that is there, as this lane reads it.
    Ask& submit(std::size_t lane, unsigned id, ledger::Ask ask);
    /// Until everything that was submitted is done.
    void advance();

    /// Submits and advances.
    LedgerAct::Outcome run(unsigned id, const ledger::Transaction& transaction, ledger::Ask ask);
    LedgerAct::Outcome run(unsigned id, ledger::Ask ask);

    /// As after a power cut; `seed` settles what was not durable.
    void power_loss(std::uint64_t seed);

    /// All stripes together, at one cut; without its time.
    ledger::Balance balance(unsigned account);
    ledger::Phase phase(unsigned id);
    /// Of this many customers, at one cut.
    Sums sums(unsigned customers, store::Lane& lane);
    Sums sums(unsigned customers) { return sums(customers, *lanes_[0]); }

    store::Lane& lane(std::size_t index) { return *lanes_[index]; }
    store::Store& store() { return *store_; }

  private:
    class Quiet final : public store::FailureListener, public store::Waker {
      public:
        void log_failed(boost::system::error_code) noexcept override {}
        void wake() noexcept override {}
    };

    void open();
    void close_lanes();

    world::SimDisk disk_;
    world::ManualClock clock_{WallTime(Milliseconds(1'800'000'000'000))};
    world::SeededEntropy entropy_;
    Quiet quiet_;
    store::Settings settings_;
    std::unique_ptr<store::Store> store_;
    std::vector<std::unique_ptr<store::Lane>> lanes_;
    std::list<Ask> asks_;  // the store has their addresses
};

}  // namespace belay::http::testing
