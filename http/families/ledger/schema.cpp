// What the store is to know of the family's records: their lists, and how to print them.
#include "core/ledger/ledger.hpp"
#include "core/ledger/transaction.hpp"
#include "http/families/ledger/family.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::ledger_api {
namespace {

void no_lists(ByteSpan, store::Memberships&) {}

void lists_of_ledger(ByteSpan value, store::Memberships& to) {
    if (const auto found = ledger::decode_ledger(value)) {
        to.add({ledger::ledgers_of_organization, found->organization});
    }
}

void lists_of_account(ByteSpan value, store::Memberships& to) {
    if (const auto found = ledger::decode_account(value)) {
        to.add({ledger::accounts_of_ledger, found->ledger});
    }
}

void lists_of_transaction(ByteSpan value, store::Memberships& to) {
    if (const auto found = ledger::decode_transaction(value)) {
        to.add({ledger::transactions_of_ledger, found->ledger});
    }
}

void print_ledger(ByteSpan value, std::string& to) {
    const auto found = ledger::decode_ledger(value);
    if (!found) {
        to += "not a ledger";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("organization", job::format_uuid(found->organization));
    json.member("name", found->name).end_object();
}

void print_account(ByteSpan value, std::string& to) {
    const auto found = ledger::decode_account(value);
    if (!found) {
        to += "not an account";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("ledger", job::format_uuid(found->ledger));
    json.member("alias", found->alias).member("asset", found->asset);
    json.member("type", found->type).end_object();
}

void print_alias(ByteSpan value, std::string& to) {
    const auto found = ledger::decode_alias_owner(value);
    if (!found) {
        to += "not an alias";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("ledger", job::format_uuid(found->ledger));
    json.member("alias", found->alias);
    json.member("account", job::format_uuid(found->account)).end_object();
}

/// In minor units: the record does not know its account's asset.
void print_balance(ByteSpan value, std::string& to) {
    const auto found = ledger::decode_balance(value);
    if (!found) {
        to += "not a balance";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("available", found->available.minor);
    json.member("onHold", found->on_hold.minor).member("version", found->version).end_object();
}

void print_transaction(ByteSpan value, std::string& to) {
    const auto found = ledger::decode_transaction(value);
    if (!found) {
        to += "not a ledger transaction";
        return;
    }
    const unsigned scale = ledger::scale_of(found->asset);
    wire::JsonWriter json(to);
    json.begin_object().member("ledger", job::format_uuid(found->ledger));
    json.member("status", ledger::name_of(found->phase));
    json.member("value", ledger::format_money(found->value, scale)).member("asset", found->asset);
    json.name("legs").begin_array();
    for (const ledger::Leg& leg : found->legs()) {
        json.begin_object();
        json.member("side", leg.side == ledger::Side::source ? "source" : "destination");
        json.member("account", job::format_uuid(leg.account));
        json.member("amount", ledger::format_money(leg.amount, scale)).end_object();
    }
    json.end_array().end_object();
}

}  // namespace

void add_to_schema(store::Schema& schema) {
    schema.kinds.insert(
        schema.kinds.end(),
        {{ledger::ledger_kind, "ledger", &lists_of_ledger, &print_ledger},
         {ledger::account_kind, "ledger_account", &lists_of_account, &print_account},
         {ledger::alias_kind, "ledger_alias", &no_lists, &print_alias},
         {ledger::balance_kind, "ledger_balance", &no_lists, &print_balance},
         {ledger::transaction_kind, "ledger_transaction", &lists_of_transaction,
          &print_transaction}});
    schema.lists.insert(schema.lists.end(),
                        {{ledger::ledgers_of_organization, ledger::ledger_kind},
                         {ledger::accounts_of_ledger, ledger::account_kind},
                         {ledger::transactions_of_ledger, ledger::transaction_kind}});
}

}  // namespace belay::ledger_api
