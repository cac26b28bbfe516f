// What a bank begins with: its accounts and their first money, somebody who listens; and the money
// of a transfer.
#include <utility>

#include "core/base/check.hpp"
#include "core/outbox/endpoint.hpp"
#include "core/outbox/event.hpp"
#include "core/transfers/inbound.hpp"
#include "http/drive/ledger_ids.hpp"
#include "tests/drive/bank.hpp"

namespace belay::bank {
namespace {

constexpr std::string_view outside_alias = "@external/BRL";
constexpr std::string_view fee_alias = "@external/BRL/fees";

/// What has no list and nobody prints.
void no_lists(ByteSpan, store::Memberships&) {}
void print_nothing(ByteSpan, std::string&) {}

void lists_of_endpoint(ByteSpan value, store::Memberships& to) {
    const auto endpoint = outbox::decode_endpoint(value);
    check(endpoint.has_value(), "an endpoint");
    to.add({outbox::endpoints_of_tenant, endpoint->tenant});
}

/// Puts a record as it is.
class Put final : public store::Operation {
  public:
    Put(const job::RecordId& id, std::string bytes) : bytes_(std::move(bytes)) {
        set_subjects({&id, 1});
    }

    void decide(const store::View&, store::Draft& draft) override {
        draft.put(0, as_byte_span(bytes_));
    }
    void done(const store::Receipt&) noexcept override {}

  private:
    std::string bytes_;
};

/// Gives an account its first money.
class Fund final : public store::Operation {
  public:
    Fund(const job::Uuid& id, const ledger::Transaction& transaction) : transaction_(transaction) {
        http::Subjects subjects;
        act_.name(id, transaction_, ledger::Ask::post, subjects);
        set_subjects(subjects.all());
    }

    void decide(const store::View& view, store::Draft& draft) override {
        const auto outcome = act_.make(view, draft, transaction_);
        check(outcome.moved(), "the world outside has money");
    }
    void done(const store::Receipt&) noexcept override {}

  private:
    const ledger::Transaction transaction_;
    http::LedgerAct act_;
};

ledger::Transaction empty_transaction(const job::TenantId& tenant, const job::Uuid& ledger,
                                      std::int64_t value) {
    ledger::Transaction made;
    made.organization = tenant;
    made.ledger = ledger;
    made.value = {value};
    made.asset = transfers::asset;
    return made;
}

}  // namespace

store::Schema Bank::schema() {
    store::Schema made;
    for (const job::Kind kind :
         {ledger::ledger_kind, ledger::account_kind, ledger::alias_kind, ledger::balance_kind,
          ledger::transaction_kind, transfers::initiation_kind, transfers::transfer_kind,
          transfers::usage_kind, transfers::guard_kind, transfers::sequence_kind,
          transfers::inbound_kind, outbox::event_kind}) {
        made.kinds.push_back({kind, "record", no_lists, print_nothing});
    }
    made.kinds.push_back({outbox::endpoint_kind, "endpoint", lists_of_endpoint, print_nothing});
    made.lists.push_back({outbox::endpoints_of_tenant, outbox::endpoint_kind});
    return made;
}

void Bank::make_accounts() {
    std::string bytes;
    const auto put = [&](const job::RecordId& id, const auto& value) {
        bytes.clear();
        encode(value, bytes);
        Put operation(id, bytes);
        submit(0, operation);
        settle();
        check(client(0).pending() == 0, "a disk that is new does not crash");
    };
    if (settings_.has_webhook) {
        outbox::Endpoint endpoint;
        endpoint.tenant = tenant_;
        endpoint.url = "https://example.com/";
        put({outbox::endpoint_kind, new_id()}, endpoint);
    }
    for (std::size_t number = 0; number < accounts_.size(); ++number) {
        const std::string name = alias(number);
        ledger::Account made;
        made.organization = tenant_;
        made.ledger = ledger_;
        made.alias = name;
        made.asset = transfers::asset;
        made.created = clock_in_use().wall();
        put({ledger::account_kind, accounts_[number]}, made);
        put(http::alias_record_id(ledger_, name),
            ledger::AliasOwner{ledger_, accounts_[number], name});
        ledger::Transaction inflow = empty_transaction(tenant_, ledger_, funds);
        inflow.add({ledger::Side::source,
                    outside_account(),
                    static_cast<std::uint8_t>(number % ledger::stripes),
                    {funds},
                    outside_alias});
        inflow.add({ledger::Side::destination, accounts_[number], 0, {funds}, name});
        Fund fund(new_id(), inflow);
        submit(0, fund);
        settle();
    }
}

ledger::Transaction Bank::hold_of(const Order& order) const {
    const bool is_p2p = order.type == transfers::Type::p2p;
    ledger::Transaction hold = empty_transaction(tenant_, ledger_, order.amount + order.fee);
    const auto stripe = static_cast<std::uint8_t>(order.sender % ledger::stripes);
    hold.add({ledger::Side::source, accounts_.at(order.sender), 0, hold.value, "sender"});
    if (is_p2p) {
        hold.add({ledger::Side::destination,
                  accounts_.at(order.recipient),
                  0,
                  {order.amount},
                  "recipient"});
    } else {
        hold.add(
            {ledger::Side::destination, outside_account(), stripe, {order.amount}, outside_alias});
    }
    if (order.fee != 0) {
        hold.add({ledger::Side::destination, fee_account(), stripe, {order.fee}, fee_alias});
    }
    return hold;
}

job::Uuid Bank::outside_account() const {
    return http::external_account_id(ledger_, outside_alias);
}

job::Uuid Bank::fee_account() const {
    return http::external_account_id(ledger_, fee_alias);
}

}  // namespace belay::bank
