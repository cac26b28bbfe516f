// What the store is to know of the family's records: their lists, and how to print them; and of the
// names of its keys.
#include <array>
#include <string_view>

#include "core/transfers/inbound.hpp"
#include "core/transfers/initiation.hpp"
#include "core/transfers/sequence.hpp"
#include "core/transfers/transfer.hpp"
#include "core/transfers/usage.hpp"
#include "http/drive/transfer_event.hpp"
#include "http/families/transfers/family.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::transfer_api {
namespace {

using namespace std::string_view_literals;

void lists_of_transfer(ByteSpan value, store::Memberships& to) {
    if (const auto transfer = transfers::decode_transfer(value)) {
        to.add({transfers::transfers_of_tenant, transfer->tenant});
    }
}

void no_lists(ByteSpan, store::Memberships&) {}

void print_transfer(ByteSpan value, std::string& to) {
    const auto transfer = transfers::decode_transfer(value);
    if (!transfer) {
        to += "not a transfer";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(transfer->tenant));
    json.member("type", name_of(transfer->type)).member("status", name_of(transfer->phase));
    json.name("amount").raw(http::json_amount(transfer->amount));
    json.name("fee").raw(http::json_amount(transfer->fee));
    json.member("ledgerTransaction", job::format_uuid(transfer->ledger_transaction));
    json.member("intent", transfer->intent.has_value()).end_object();
}

void print_initiation(ByteSpan value, std::string& to) {
    const auto initiation = transfers::decode_initiation(value);
    if (!initiation) {
        to += "not an initiation";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("tenant", job::format_uuid(initiation->tenant));
    json.member("type", name_of(initiation->type));
    json.name("amount").raw(http::json_amount(initiation->amount));
    json.member("expires", format_rfc3339_milliseconds(initiation->expires));
    if (initiation->transfer) {
        json.member("transfer", job::format_uuid(*initiation->transfer));
    }
    json.end_object();
}

void print_usage(ByteSpan value, std::string& to) {
    const auto usage = transfers::decode_usage(value);
    if (!usage) {
        to += "not a counter";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().name("amount").raw(http::json_amount(usage->amount));
    json.member("count", usage->count).end_object();
}

void print_guard(ByteSpan value, std::string& to) {
    const auto guard = transfers::decode_guard(value);
    if (!guard) {
        to += "not a guard";
        return;
    }
    wire::JsonWriter json(to);
    json.begin_object().member("initiation", job::format_uuid(guard->initiation));
    json.member("expires", format_rfc3339_milliseconds(guard->expires)).end_object();
}

void print_sequence(ByteSpan value, std::string& to) {
    const auto given = transfers::decode_sequence(value);
    if (!given) {
        to += "not a sequence";
        return;
    }
    wire::JsonWriter(to).begin_object().member("given", *given).end_object();
}

void print_inbound(ByteSpan value, std::string& to) {
    const auto inbound = transfers::decode_inbound(value);
    if (!inbound) {
        to += "not an inbound message";
        return;
    }
    wire::JsonWriter(to)
        .begin_object()
        .member("transfer", job::format_uuid(inbound->transfer))
        .end_object();
}

// The name of a key (transfer_write.cpp): the tenant with its length before it, and the key. And
// the answer to a cancel (render.cpp).
constexpr std::array key_name{store::shape::fixed("transfers:\x10\0"sv), store::shape::octets(16),
                              store::shape::rest()};
constexpr std::array cancelled{store::shape::fixed(R"({"transferId":")"), store::shape::uuid(),
                               store::shape::fixed(R"(","status":"CANCELLED","cancelledAt":")"),
                               store::shape::field('"'), store::shape::fixed(R"("})")};

}  // namespace

void add_to_schema(store::Schema& schema) {
    schema.vocabulary.shapes.insert(schema.vocabulary.shapes.end(), {key_name, cancelled});
    using namespace transfers;
    schema.kinds.push_back({initiation_kind, "initiation", &no_lists, &print_initiation});
    schema.kinds.push_back({transfer_kind, "transfer", &lists_of_transfer, &print_transfer});
    schema.kinds.push_back({usage_kind, "usage", &no_lists, &print_usage});
    schema.kinds.push_back({guard_kind, "guard", &no_lists, &print_guard});
    schema.kinds.push_back({sequence_kind, "sequence", &no_lists, &print_sequence});
    schema.kinds.push_back({inbound_kind, "inbound", &no_lists, &print_inbound});
    schema.lists.push_back({transfers_of_tenant, transfer_kind});
}

}  // namespace belay::transfer_api
