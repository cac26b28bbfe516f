// A bank in a test: the store with the transfers, the ledger and the rail on a simulated disk and a
// clock that stands still, on one thread. What a client confirms and cancels is done here as the
// routes do it, without HTTP.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/balance.hpp"
#include "core/world/disk_sim.hpp"
#include "http/drive/simulated_rail.hpp"
#include "http/drive/transfer_chores.hpp"
#include "http/drive/transfer_driver.hpp"
#include "http/drive/transfer_receive.hpp"
#include "http/drive/transfer_worker.hpp"
#include "store/store.hpp"
#include "tests/drive/clients.hpp"

namespace belay::bank {

struct BankSettings {
    http::SimulatedRailSettings rail{};
    transfers::Pace pace{};
    /// Somebody listens to the events of the tenant.
    bool has_webhook = true;
    /// Confirmed transfers are counted against limits.
    bool counts_limits = false;
    ledger::Money inbound_fee{};
    /// The log, the worker and the rail have their threads, and the clock is the system's.
    bool is_threaded = false;
};

/// What a client confirms.
struct Order {
    transfers::Type type = transfers::Type::ted_out;
    std::size_t sender = 0;
    std::size_t recipient = 1;  ///< P2P
    std::int64_t amount = 100;
    std::int64_t fee = 0;
};

/// A transfer as a reader sees it.
struct Seen {
    transfers::Type type{};
    transfers::Phase phase{};
    std::vector<transfers::Phase> history;
    std::vector<std::string> reasons;
    std::string control_number;
    std::uint64_t version = 0;
    std::int64_t amount = 0;
    std::int64_t fee = 0;
    job::Uuid sender;
    job::Uuid recipient;
    job::Uuid ledger_transaction;
    WallTime updated{};
};

Seen seen_of(const store::RecordView& record);

class Bank {
  public:
    static constexpr std::size_t client_count = 2;

    Bank(std::uint64_t seed, std::size_t accounts, const BankSettings& settings);
    ~Bank();
    Bank(const Bank&) = delete;
    Bank& operator=(const Bank&) = delete;

    // A process on the disk.

    /// Recovers the store, makes the lanes, surveys. The first time it also makes the accounts,
    /// each with `funds`. False if the disk crashed meanwhile.
    bool start();
    /// As after a kill, whatever start() came to: what waits for an answer is told that nobody
    /// knows. Then the disk is restarted, having lost power or not.
    void end(bool loses_power);
    bool has_ended() const;
    /// Begins the end: the disk is dead, and whoever waits for an answer has it.
    void end_lanes();
    /// In order; the disk stays.
    void close();

    static constexpr std::int64_t funds = 1'000'000;

    // What clients, the rail and time do. Nothing here waits.

    std::unique_ptr<Confirm> confirmation(const Order& order);
    std::unique_ptr<Cancel> cancellation(std::size_t client, const job::Uuid& id);
    std::unique_ptr<http::TransferReceive> message(const world::RailInbound& message);
    world::RailInbound inbound(std::string control_number, std::string recipient,
                               std::int64_t amount) const;
    void submit(std::size_t client, store::Operation& operation);
    /// Polls the clients' lanes.
    void poll();
    /// The log thread's work, or as much of it as the disk allows.
    void pump();
    bool turn_driver();
    void turn_rail() { rail_->advance(); }

    /// Everything, until nobody has anything to do at this time. With threads: until the clients
    /// have their answers.
    void settle();
    /// The housekeeper's: a survey, and what the agenda says is due.
    void do_chores();
    /// Time passes, in steps, and everybody acts at each.
    void pass(Milliseconds time);

    // Whole acts: submit, and all that is to happen at this time.

    job::Uuid confirm(const Order& order);
    std::unique_ptr<Cancel> cancel(const job::Uuid& id);
    http::TransferReceive::Outcome receive(const world::RailInbound& message, job::Uuid& transfer);

    // What a reader sees.

    std::optional<Seen> see(const job::Uuid& id);
    ledger::Balance balance(std::size_t account);
    ledger::Balance balance_of(store::Cut& cut, const job::Uuid& account, bool is_external) const;
    std::int64_t outside();
    std::int64_t fees();
    /// Of all accounts, the world outside too, at one cut: available and on hold.
    std::int64_t sum();
    /// The names of the events of the transfer, in their order.
    std::vector<std::string> events(const job::Uuid& id);
    /// The same of every transfer.
    using Events = std::map<job::Uuid, std::vector<std::string>>;
    Events all_events();
    std::string event_body(const job::Uuid& id, std::string_view name);
    bool has_guard(const job::Uuid& id);
    std::optional<transfers::Usage> usage(transfers::Scope scope, std::size_t account);

    const job::TenantId& tenant() const noexcept { return tenant_; }
    const job::Uuid& account(std::size_t number) const { return accounts_.at(number); }
    std::size_t account_count() const noexcept { return accounts_.size(); }
    job::Uuid outside_account() const;
    job::Uuid fee_account() const;
    static std::string alias(std::size_t account) { return "account-" + std::to_string(account); }

    world::SimDisk& disk() noexcept { return disk_; }
    world::ManualClock& clock() noexcept { return clock_; }
    http::SimulatedRail& rail() noexcept { return *rail_; }
    http::TransferDriver& driver() noexcept { return *driver_; }
    http::TransferInbox& inbox() noexcept { return *inbox_; }
    store::Store& store() noexcept { return *store_; }
    store::Lane& reader() noexcept { return *reader_; }
    store::Lane& client(std::size_t number) noexcept { return *clients_[number]; }
    job::Uuid new_id();

  private:
    class Listener final : public store::FailureListener {
      public:
        void log_failed(boost::system::error_code) noexcept override { has_failed = true; }
        bool has_failed = false;
    };

    class NoWaker final : public store::Waker {
      public:
        void wake() noexcept override {}
    };

    static store::Schema schema();
    static void end_turn(store::Lane& lane);
    void end_process();
    void start_drivers();
    void stop_drivers();
    const world::Clock& clock_in_use() const noexcept;
    void make_accounts();
    void survey();
    ledger::Transaction hold_of(const Order& order) const;

    const BankSettings settings_;
    world::SimDisk disk_;
    world::ManualClock clock_;
    world::SystemClock system_clock_;
    world::SeededEntropy entropy_;
    world::SeededEntropy store_entropy_;
    const job::TenantId tenant_;
    const job::Uuid ledger_;
    std::vector<job::Uuid> accounts_;
    bool is_founded_ = false;

    NoWaker waker_;
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<store::Store> store_;
    std::optional<store::Lane> reader_;
    std::array<std::optional<store::Lane>, client_count> clients_;
    std::optional<store::Lane> driver_lane_;
    std::unique_ptr<http::TransferInbox> inbox_;
    std::unique_ptr<http::EventFeed> feed_;
    std::unique_ptr<http::SimulatedRail> rail_;
    std::unique_ptr<http::TransferDriver> driver_;
    std::unique_ptr<http::SimulatedRailThread> rail_thread_;
    std::unique_ptr<http::TransferWorker> worker_;
    work::Agenda agenda_{std::chrono::minutes(60)};
    std::unique_ptr<http::TransferChores> chores_;
};

}  // namespace belay::bank
