#include "tests/drive/bank.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "http/drive/ledger_ids.hpp"

namespace belay::bank {
namespace {

store::Settings store_settings(bool single_threaded) {
    store::Settings made;
    made.ring_bytes = 4 << 20;
    made.segment_bytes = 1 << 20;
    made.snapshot_interval = Milliseconds(0);
    made.single_threaded = single_threaded;
    return made;
}

}  // namespace

Bank::Bank(std::uint64_t seed, std::size_t accounts, const BankSettings& settings)
    : settings_(settings),
      disk_(seed),
      clock_(birth),
      entropy_(seed),
      store_entropy_(~seed),
      tenant_(job::make_uuid_v7(birth, {7})),
      ledger_(http::default_ledger_id(tenant_)) {
    for (std::size_t number = 0; number < accounts; ++number) {
        accounts_.push_back(new_id());
    }
}

Bank::~Bank() {
    disk_.kill();
    end(false);
}

bool Bank::start() {
    listener_ = std::make_unique<Listener>();
    auto opened = store::Store::open(disk_, clock_in_use(), store_entropy_, schema(),
                                     store_settings(!settings_.is_threaded), *listener_);
    if (opened.has_error()) {
        check(disk_.is_crashed(), "a store recovers what a crash has left");
        return false;
    }
    store_ = std::move(*opened);
    reader_.emplace(store_->open_lane(waker_));
    for (auto& client : clients_) {
        client.emplace(store_->open_lane(waker_));
    }
    start_drivers();
    if (!is_founded_) {
        make_accounts();
        is_founded_ = !has_ended();
    }
    survey();
    return !has_ended();
}

void Bank::start_drivers() {
    inbox_ = std::make_unique<http::TransferInbox>();
    feed_ = std::make_unique<http::EventFeed>();
    rail_ = std::make_unique<http::SimulatedRail>(settings_.rail, clock_in_use(), *inbox_);
    chores_ = std::make_unique<http::TransferChores>(*inbox_, agenda_);
    const http::TransferDriverSettings settings{.pace = settings_.pace};
    if (settings_.is_threaded) {
        rail_thread_ = std::make_unique<http::SimulatedRailThread>(*rail_);
        worker_ =
            std::make_unique<http::TransferWorker>(*store_, *inbox_, *rail_, *feed_, settings);
        return;
    }
    driver_lane_.emplace(store_->open_lane(waker_));
    driver_ = std::make_unique<http::TransferDriver>(
        http::TransferDriverParts{*driver_lane_, *inbox_, *rail_, *feed_, entropy_}, settings);
}

void Bank::stop_drivers() {
    if (worker_) {
        worker_->stop();
    }
    worker_.reset();
    rail_thread_.reset();
}

const world::Clock& Bank::clock_in_use() const noexcept {
    return settings_.is_threaded ? static_cast<const world::Clock&>(system_clock_) : clock_;
}

void Bank::pump() {
    if (!settings_.is_threaded) {
        store_->pump();
    }
}

void Bank::end(bool loses_power) {
    disk_.kill();
    if (store_) {
        end_process();
    }
    if (loses_power) {
        disk_.power_loss(entropy_.number());
    }
    disk_.restart();
}

void Bank::end_lanes() {
    disk_.kill();
    stop_drivers();
    const auto hear_out = [&](std::optional<store::Lane>& lane) {
        while (lane && lane->pending() != 0) {
            pump();
            lane->poll();
        }
    };
    hear_out(clients_[0]);
    hear_out(clients_[1]);
    hear_out(driver_lane_);
}

void Bank::end_process() {
    end_lanes();
    driver_.reset();
    chores_.reset();
    rail_.reset();
    driver_lane_.reset();
    for (auto& client : clients_) {
        client.reset();
    }
    reader_.reset();
    store_.reset();
}

void Bank::close() {
    settle();
    stop_drivers();
    const bool closed = store_->close().has_value();
    check(closed, "the store closes");
}

bool Bank::has_ended() const {
    return disk_.is_crashed() || listener_->has_failed;
}

void Bank::survey() {
    const WallTime now = reader_->now();
    reader_->walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (chores_->is_about(id.kind)) {
            chores_->survey(id, record, now);
        }
    });
}

std::unique_ptr<Confirm> Bank::confirmation(const Order& order) {
    transfers::Transfer transfer;
    transfer.tenant = tenant_;
    transfer.ledger = ledger_;
    transfer.type = order.type;
    transfer.initiation = new_id();
    transfer.sender_account = accounts_.at(order.sender);
    if (order.type == transfers::Type::p2p) {
        transfer.recipient_account = accounts_.at(order.recipient);
    }
    transfer.counterparty = {"60701190", "0001",        "1234567890",
                             "CACC",     "Maria Silva", "12345678901"};
    transfer.amount = {order.amount};
    transfer.fee = {order.fee};
    transfer.confirmation_number = "20261118001";
    transfer.purpose = "10";
    const job::Uuid id = new_id();
    transfer.ledger_transaction = id;
    return std::make_unique<Confirm>(std::move(transfer), id, hold_of(order),
                                     settings_.counts_limits);
}

std::unique_ptr<Cancel> Bank::cancellation(std::size_t client, const job::Uuid& id) {
    return std::make_unique<Cancel>(*clients_.at(client), id, new_id(), *rail_);
}

std::unique_ptr<http::TransferReceive> Bank::message(const world::RailInbound& message) {
    return std::make_unique<http::TransferReceive>(
        *clients_[0],
        http::TransferReceive::Asked{.message = message,
                                     .ledger = ledger_,
                                     .fee = settings_.inbound_fee,
                                     .transfer = new_id(),
                                     .event = new_id()},
        transfers::Zone{}, nullptr);
}

world::RailInbound Bank::inbound(std::string control_number, std::string recipient,
                                 std::int64_t amount) const {
    world::RailInbound message;
    message.tenant = tenant_;
    message.control_number = std::move(control_number);
    message.amount = amount;
    message.recipient_account = std::move(recipient);
    message.sender_ispb = "60701190";
    message.sender_holder_name = "Joana Lima";
    return message;
}

void Bank::submit(std::size_t client, store::Operation& operation) {
    clients_.at(client)->submit(operation);
    clients_.at(client)->end_turn();
}

void Bank::poll() {
    for (auto* lane : {&*clients_[0], &*clients_[1], &*reader_}) {
        lane->poll();
        end_turn(*lane);
    }
}

/// As a thread that goes to sleep: what its lane has removed is gone for the others.
void Bank::end_turn(store::Lane& lane) {
    lane.about_to_sleep();
    lane.woke();
}

bool Bank::turn_driver() {
    driver_lane_->poll();
    const bool has_more = driver_->turn();
    end_turn(*driver_lane_);
    return has_more;
}

void Bank::settle() {
    if (settings_.is_threaded) {
        while (client(0).pending() + client(1).pending() != 0) {
            poll();
        }
        return;
    }
    for (int quiet = 0; quiet < 3 && !has_ended();) {
        pump();
        poll();
        rail_->advance();
        const bool has_more = turn_driver();
        pump();
        const auto due = rail_->next_due();
        const bool waits = has_more || driver_->busy() != 0 || client(0).pending() != 0 ||
                           client(1).pending() != 0 || (due && *due <= clock_.monotonic());
        quiet = waits ? 0 : quiet + 1;
    }
}

void Bank::do_chores() {
    survey();
    store::BlockingLane lane(*store_);
    while (const auto id = agenda_.take_due(reader_->now())) {
        chores_->due(lane, *id);
    }
}

void Bank::pass(Milliseconds time) {
    settle();
    const WallTime end = clock_.wall() + time;
    while (clock_.wall() < end && !has_ended()) {
        Milliseconds step = end - clock_.wall();
        if (const auto due = rail_->next_due()) {
            step = std::min(step, std::chrono::ceil<Milliseconds>(*due - clock_.monotonic()));
        }
        if (const auto due = driver_->next_due()) {
            step = std::min(step, *due - clock_.wall());
        }
        clock_.advance(std::max(step, Milliseconds(1)));
        settle();
    }
}

job::Uuid Bank::confirm(const Order& order) {
    const auto operation = confirmation(order);
    submit(0, *operation);
    while (!operation->is_done()) {
        pump();
        poll();
    }
    if (operation->is_confirmed()) {
        inbox_->offer(operation->id());
        return operation->id();
    }
    return {};
}

std::unique_ptr<Cancel> Bank::cancel(const job::Uuid& id) {
    auto operation = cancellation(0, id);
    submit(0, *operation);
    while (!operation->is_done()) {
        pump();
        poll();
    }
    return operation;
}

http::TransferReceive::Outcome Bank::receive(const world::RailInbound& inbound,
                                             job::Uuid& transfer) {
    const auto operation = message(inbound);
    submit(0, *operation);
    while (client(0).pending() != 0) {
        pump();
        poll();
    }
    transfer = operation->transfer();
    if (operation->outcome() == http::TransferReceive::Outcome::made) {
        inbox_->offer(transfer);
    }
    return operation->outcome();
}

job::Uuid Bank::new_id() {
    std::array<std::uint8_t, 10> random{};
    entropy_.fill(std::as_writable_bytes(std::span(random)));
    return job::make_uuid_v7(clock_in_use().wall(), random);
}

}  // namespace belay::bank
