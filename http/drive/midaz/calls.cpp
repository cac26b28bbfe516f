#include "http/drive/midaz/calls.hpp"

#include "core/transfers/transfer.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::midaz {
namespace {

using http::LedgerDeed;
using http::LedgerOrder;

std::string ledger_path(const LedgerOrder& order) {
    return "/v1/organizations/" + job::format_uuid(order.organization) + "/ledgers/" +
           job::format_uuid(order.ledger);
}

std::string transaction_path(const LedgerOrder& order) {
    return ledger_path(order) + "/transactions/" + job::format_uuid(order.transaction);
}

std::string value_of(ledger::Money money) {
    return ledger::format_money(money, ledger::scale_of(transfers::asset));
}

void append_leg(std::string_view alias, ledger::Money money, wire::JsonWriter& json) {
    json.begin_object().member("accountAlias", alias);
    json.name("amount").begin_object();
    json.member("asset", transfers::asset).member("value", value_of(money));
    json.end_object().end_object();
}

}  // namespace

Call look_up_call(const LedgerOrder& order) {
    return {.target = ledger_path(order) + "/accounts/" + job::format_uuid(order.sender_account) +
                      "/balances"};
}

Call hold_call(const LedgerOrder& order, std::string_view sender_alias, const Accounts& accounts) {
    const std::string id = job::format_uuid(order.transfer);
    // Both come from a checked initiation: the sum cannot overflow.
    const ledger::Money total = add(order.amount, order.fee).value();
    Call call{.is_post = true,
              .target = ledger_path(order) + "/transactions/json",
              .idempotency_key = id};
    wire::JsonWriter json(call.body);
    json.begin_object().member("description", "transfer " + id).member("pending", true);
    json.name("metadata").begin_object().member("transferId", id).end_object();
    json.name("send").begin_object();
    json.member("asset", transfers::asset).member("value", value_of(total));
    json.name("source").begin_object().name("from").begin_array();
    append_leg(sender_alias, total, json);
    json.end_array().end_object();
    json.name("distribute").begin_object().name("to").begin_array();
    append_leg(order.recipient_alias.empty() ? std::string_view(accounts.settlement_alias)
                                             : std::string_view(order.recipient_alias),
               order.amount, json);
    if (order.fee.minor != 0) {
        append_leg(accounts.fee_alias, order.fee, json);
    }
    json.end_array().end_object().end_object().end_object();
    return call;
}

Call move_call(const LedgerOrder& order) {
    return {.is_post = true,
            .target = transaction_path(order) +
                      (order.deed == LedgerDeed::commit ? "/commit" : "/cancel")};
}

Call read_back_call(const LedgerOrder& order) {
    return {.target = transaction_path(order)};
}

}  // namespace belay::midaz
