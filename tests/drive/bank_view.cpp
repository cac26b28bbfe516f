// What a reader of the bank sees.
#include <map>

#include "core/base/check.hpp"
#include "core/outbox/event.hpp"
#include "core/transfers/initiation.hpp"
#include "core/transfers/usage_id.hpp"
#include "http/drive/guard_id.hpp"
#include "tests/drive/bank.hpp"

namespace belay::bank {

Seen seen_of(const store::RecordView& record) {
    const transfers::Transfer read = transfers::decode_transfer(record.value).value();
    Seen seen;
    seen.type = read.type;
    seen.phase = read.phase;
    for (const transfers::HistoryEntry& entry : read.history()) {
        seen.history.push_back(entry.phase);
        seen.reasons.emplace_back(entry.reason);
    }
    seen.control_number = read.control_number;
    seen.version = record.number;
    seen.amount = read.amount.minor;
    seen.fee = read.fee.minor;
    seen.sender = read.sender_account;
    seen.recipient = read.recipient_account;
    seen.ledger_transaction = read.ledger_transaction;
    seen.updated = read.updated;
    return seen;
}

std::optional<Seen> Bank::see(const job::Uuid& id) {
    std::optional<Seen> seen;
    reader_->read({transfers::transfer_kind, id},
                  [&](const store::RecordView& record) { seen = seen_of(record); });
    return seen;
}

ledger::Balance Bank::balance_of(store::Cut& cut, const job::Uuid& account,
                                 bool is_external) const {
    ledger::Balance sum;
    const std::uint8_t count = is_external ? ledger::stripes : 1;
    for (std::uint8_t stripe = 0; stripe < count; ++stripe) {
        cut.read(ledger::balance_id(account, stripe), [&](const store::RecordView& record) {
            const ledger::Balance part = ledger::decode_balance(record.value).value();
            sum.available.minor += part.available.minor;
            sum.on_hold.minor += part.on_hold.minor;
            sum.version += part.version;
        });
    }
    return sum;
}

ledger::Balance Bank::balance(std::size_t account) {
    ledger::Balance found;
    reader_->at_one_cut(
        [&](store::Cut& cut) { found = balance_of(cut, accounts_.at(account), false); });
    return found;
}

std::int64_t Bank::outside() {
    std::int64_t found = 0;
    reader_->at_one_cut(
        [&](store::Cut& cut) { found = balance_of(cut, outside_account(), true).available.minor; });
    return found;
}

std::int64_t Bank::fees() {
    std::int64_t found = 0;
    reader_->at_one_cut(
        [&](store::Cut& cut) { found = balance_of(cut, fee_account(), true).available.minor; });
    return found;
}

std::int64_t Bank::sum() {
    std::int64_t all = 0;
    reader_->at_one_cut([&](store::Cut& cut) {
        const auto add = [&](const ledger::Balance& balance) {
            all += balance.available.minor + balance.on_hold.minor;
        };
        for (const job::Uuid& account : accounts_) {
            add(balance_of(cut, account, false));
        }
        add(balance_of(cut, outside_account(), true));
        add(balance_of(cut, fee_account(), true));
    });
    return all;
}

Bank::Events Bank::all_events() {
    struct Told {
        job::Uuid event;
        std::string name;
    };
    std::map<job::Uuid, std::map<outbox::Order, Told>> found;
    reader_->walk([&](const job::RecordId& record, const store::RecordView& view) {
        if (record.kind == outbox::event_kind) {
            const outbox::Event event = outbox::decode_event(view.value).value();
            const Told told{record.id, std::string(event.name)};
            const auto place = found[event.subject.id].emplace(event.order, told).first;
            // A walk may come by the same record again.
            check(place->second.event == record.id, "no two events have one place in the order");
        }
    });
    Events told;
    for (const auto& [id, ordered] : found) {
        for (const auto& [order, each] : ordered) {
            told[id].push_back(each.name);
        }
    }
    return told;
}

std::vector<std::string> Bank::events(const job::Uuid& id) {
    return all_events()[id];
}

std::string Bank::event_body(const job::Uuid& id, std::string_view name) {
    std::string body;
    reader_->walk([&](const job::RecordId& record, const store::RecordView& view) {
        if (record.kind == outbox::event_kind) {
            const outbox::Event event = outbox::decode_event(view.value).value();
            if (event.subject.id == id && event.name == name) {
                body = event.body;
            }
        }
    });
    return body;
}

bool Bank::has_guard(const job::Uuid& id) {
    job::RecordId guard;
    std::string scratch;
    reader_->read({transfers::transfer_kind, id}, [&](const store::RecordView& record) {
        guard = http::guard_id(transfers::decode_transfer(record.value).value(), scratch);
    });
    return reader_->read(guard, [](const store::RecordView&) {});
}

std::optional<transfers::Usage> Bank::usage(transfers::Scope scope, std::size_t account) {
    std::optional<transfers::Usage> found;
    const Day day = std::chrono::floor<std::chrono::days>(birth);
    const job::RecordId id = usage_id(scope, tenant_, accounts_.at(account), period_of(scope, day));
    reader_->read(id, [&](const store::RecordView& record) {
        found = transfers::decode_usage(record.value).value();
    });
    return found;
}

}  // namespace belay::bank
