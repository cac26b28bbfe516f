#include "http/drive/midaz/intent_driver.hpp"

#include <array>
#include <utility>
#include <vector>

namespace belay::http {
namespace {

using transfers::Ask;
using transfers::Confirmation;
using transfers::Transfer;
using Kind = LedgerOutcome::Kind;

LedgerDeed deed_of(Ask ask) noexcept {
    switch (ask) {
        case Ask::process:
            return LedgerDeed::hold;
        case Ask::complete:
            return LedgerDeed::commit;
        default:
            return LedgerDeed::release;
    }
}

/// What the outcome means for the transfer; nullopt: nothing yet.
std::optional<Confirmation> confirmation_of(const LedgerOrder& order,
                                            const LedgerOutcome& outcome) noexcept {
    const bool is_hold = order.deed == LedgerDeed::hold;
    switch (outcome.kind) {
        case Kind::done:
            return Confirmation::done;
        case Kind::insufficient_funds:
            return Confirmation::not_held;
        case Kind::refused:
            return is_hold ? std::optional(Confirmation::not_held) : std::nullopt;
        case Kind::other_won:
            return Confirmation::other_won;
        case Kind::unknown:
            return is_hold ? std::optional(Confirmation::given_up) : std::nullopt;
    }
    return std::nullopt;
}

Resolution resolution_of(const LedgerOutcome& outcome) {
    switch (outcome.kind) {
        case Kind::insufficient_funds:
            return {Resolution::Kind::insufficient_funds, outcome.code};
        case Kind::refused:
            return {Resolution::Kind::not_held, outcome.code};
        default:
            return {};
    }
}

}  // namespace

class IntentDriver::Move final : private ExternalMove::Listener {
  public:
    Move(run::Shard& shard, store::Lane& lane, const ExternalMove::Confirmed& confirmed,
         transfers::Zone zone, world::Rail* rail)
        : lane_(lane), done_(shard), move_(lane, confirmed, zone, rail, *this) {}

    run::task<> run() {
        lane_.submit(move_);
        co_await done_.wait();
    }

    const ExternalMove& move() const noexcept { return move_; }

  private:
    void moved(ExternalMove&) noexcept override { done_.set(); }

    store::Lane& lane_;
    run::Event done_;
    ExternalMove move_;
};

IntentDriver::IntentDriver(const IntentDriverParts& parts, const IntentDriverSettings& settings)
    : parts_(parts), settings_(settings), sleeper_(parts.shard) {}

void IntentDriver::look_after(const job::Uuid& transfer) noexcept {
    parts_.shard.post([this, transfer] { begin(transfer); });
}

void IntentDriver::survey() {
    std::vector<job::Uuid> open;
    parts_.lane.walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (id.kind != transfers::transfer_kind) {
            return;
        }
        const result<Transfer> transfer = transfers::decode_transfer(record.value);
        if (transfer && transfer->intent) {
            open.push_back(id.id);
        }
    });
    for (const job::Uuid& transfer : open) {
        begin(transfer);
    }
}

void IntentDriver::begin(const job::Uuid& transfer) {
    if (stopping_ || !under_way_.insert(transfer).second) {
        return;
    }
    if (!parts_.shard.spawn(gate_, drive(transfer))) {
        under_way_.erase(transfer);
    }
}

void IntentDriver::stop(std::function<void()> when_idle) {
    stopping_ = true;
    sleeper_.wake_all();
    gate_.close(std::move(when_idle));
}

/// The record is read again after each resolution: the next intent may have been logged, and this
/// been told of it, before this coroutine went on.
run::task<> IntentDriver::drive(job::Uuid transfer) {
    while (!stopping_) {
        const std::optional<Open> open = read(transfer);
        if (!open) {
            break;
        }
        const auto outcome = co_await parts_.port.carry_out(open->order);
        if (stopping_) {
            break;
        }
        const auto resolved = co_await resolve(transfer, *open, outcome);
        if (!resolved) {
            const world::MonotonicTime again = parts_.shard.now() + settings_.refused_pause;
            co_await sleeper_.sleep(again);
        }
    }
    under_way_.erase(transfer);
    // A resolution of which nobody knew may have become durable.
    parts_.inbox.offer(transfer);
    // Who logged an intent that was resolved before its request began to wait hears of it now.
    parts_.desk.resolved(transfer, {});
}

/// False: nothing came of it, and it is to be tried again later.
run::task<bool> IntentDriver::resolve(const job::Uuid& transfer, const Open& open,
                                      const LedgerOutcome& outcome) {
    const std::optional<Confirmation> confirmation = confirmation_of(open.order, outcome);
    if (!confirmation) {
        parts_.reporter.refused(transfer, open.order.deed, outcome.code);
        co_return false;
    }
    ExternalMove::Confirmed confirmed;
    confirmed.id = transfer;
    confirmed.ask = open.ask;
    confirmed.confirmation = *confirmation;
    confirmed.transaction = outcome.transaction;
    confirmed.first_event = new_id();
    confirmed.second_event = new_id();
    Move move(parts_.shard, parts_.lane, confirmed, settings_.zone, parts_.rail);
    co_await move.run();
    if (move.move().receipt().status != store::Status::committed) {
        co_return move.move().receipt().status == store::Status::declined;
    }
    move.move().for_each_event([this](const job::Uuid& event) { parts_.events.tell(event); });
    if (*confirmation == Confirmation::other_won || *confirmation == Confirmation::given_up) {
        parts_.reporter.diverged(transfer, open.order.deed);
    }
    if (*confirmation != Confirmation::not_held) {
        parts_.inbox.offer(transfer);
    }
    parts_.desk.resolved(transfer, resolution_of(outcome));
    co_return true;
}

std::optional<IntentDriver::Open> IntentDriver::read(const job::Uuid& transfer) {
    std::optional<Open> open;
    const job::RecordId record{transfers::transfer_kind, transfer};
    parts_.lane.read(record, [&](const store::RecordView& found) {
        const result<Transfer> read = transfers::decode_transfer(found.value);
        if (!read || !read->intent) {
            return;
        }
        open.emplace();
        open->ask = read->intent->ask;
        LedgerOrder& order = open->order;
        order.deed = deed_of(open->ask);
        order.transfer = transfer;
        order.organization = read->tenant;
        order.ledger = read->ledger;
        order.sender_account = read->sender_account;
        if (read->type == transfers::Type::p2p) {
            order.recipient_alias = std::string(read->counterparty.account);
        }
        order.amount = read->amount;
        order.fee = read->fee;
        order.transaction = read->ledger_transaction;
        if (order.deed == LedgerDeed::hold) {
            const Milliseconds left =
                read->intent->since + settings_.hold_window - parts_.lane.now();
            order.give_up = parts_.shard.now() + left;
        }
    });
    return open;
}

job::Uuid IntentDriver::new_id() {
    std::array<std::uint8_t, 10> random{};
    parts_.entropy.fill(std::as_writable_bytes(std::span(random)));
    return job::make_uuid_v7(parts_.lane.now(), random);
}

}  // namespace belay::http
