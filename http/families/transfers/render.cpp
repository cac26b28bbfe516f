#include "http/families/transfers/render.hpp"

#include "http/drive/transfer_event.hpp"

namespace belay::transfer_api {
namespace {

using transfers::Transfer;
using wire::JsonWriter;

/// Left out where the transfer does not know it.
void put_text(JsonWriter& json, std::string_view name, std::string_view text) {
    if (!text.empty()) {
        json.member(name, text);
    }
}

void put_id(JsonWriter& json, std::string_view name, const job::Uuid& id) {
    if (!id.is_nil()) {
        json.member(name, job::format_uuid(id));
    }
}

void put_amounts(JsonWriter& json, ledger::Money fee, ledger::Money total) {
    json.name("feeAmount").raw(http::json_amount(fee));
    json.name("totalAmount").raw(http::json_amount(total));
}

void put_party(JsonWriter& json, const transfers::Counterparty& party) {
    json.begin_object();
    put_text(json, "ispb", party.ispb);
    put_text(json, "branch", party.branch);
    put_text(json, "account", party.account);
    put_text(json, "accountType", party.account_type);
    put_text(json, "holderName", party.holder_name);
    put_text(json, "holderDocument", party.holder_document);
    json.end_object();
}

void put_history(JsonWriter& json, const Transfer& transfer, transfers::Zone zone) {
    json.name("statusHistory").begin_array();
    for (const transfers::HistoryEntry& entry : transfer.history()) {
        json.begin_object().member("status", name_of(entry.phase));
        json.member("timestamp", local_time(entry.time, zone));
        put_text(json, "reason", entry.reason);
        json.end_object();
    }
    json.end_array();
}

}  // namespace

WallTime created_at(const Transfer& transfer) noexcept {
    return transfer.history_count == 0 ? transfer.updated : transfer.history_storage[0].time;
}

void render_initiation(const job::Uuid& id, const transfers::Initiation& initiation,
                       WallTime estimated, transfers::Zone zone, std::string& to) {
    JsonWriter json(to);
    json.begin_object().member("initiationId", job::format_uuid(id));
    put_amounts(json, initiation.fee, add(initiation.amount, initiation.fee).value());
    json.member("estimatedCompletionAt", local_time(estimated, zone));
    json.member("expiresAt", local_time(initiation.expires, zone));
    json.member("status", "PENDING_CONFIRMATION").end_object();
}

void render_processed(const job::Uuid& id, const Transfer& transfer, std::string& to) {
    JsonWriter json(to);
    json.begin_object().member("transferId", job::uuid_text(id));
    json.member("confirmationNumber", transfer.confirmation_number);
    json.member("status", name_of(transfer.phase));
    put_amounts(json, transfer.fee, total_of(transfer));
    json.end_object();
}

void render_cancelled(const job::Uuid& id, const Transfer& transfer, transfers::Zone zone,
                      std::string& to) {
    const WallTime time = transfer.entered(transfer.phase).value_or(transfer.updated);
    JsonWriter json(to);
    json.begin_object().member("transferId", job::uuid_text(id));
    json.member("status", name_of(transfer.phase));
    json.member("cancelledAt", local_time(time, zone)).end_object();
}

void render_transfer(const job::Uuid& id, const Transfer& transfer, transfers::Zone zone,
                     std::string& to) {
    const bool is_inbound = transfer.type == transfers::Type::ted_in;
    JsonWriter json(to);
    json.begin_object().member("transferId", job::uuid_text(id));
    json.member("type", name_of(transfer.type)).member("status", name_of(transfer.phase));
    put_id(json, "senderAccountId", transfer.sender_account);
    put_id(json, "recipientAccountId", transfer.recipient_account);
    json.name(is_inbound ? "sender" : "recipient");
    put_party(json, transfer.counterparty);
    json.name("amount").raw(http::json_amount(transfer.amount));
    put_amounts(json, transfer.fee,
                is_inbound ? ledger::Money{transfer.amount.minor - transfer.fee.minor}
                           : total_of(transfer));
    put_text(json, "purpose", transfer.purpose);
    put_text(json, "confirmationNumber", transfer.confirmation_number);
    put_text(json, "controlNumber", transfer.control_number);
    put_id(json, "midazTransactionId", transfer.ledger_transaction);
    put_text(json, "description", transfer.description);
    if (!transfer.metadata.empty()) {
        json.name("metadata").raw(transfer.metadata);
    }
    json.member("createdAt", local_time(created_at(transfer), zone));
    json.member("updatedAt", local_time(transfer.updated, zone));
    if (const auto completed = transfer.entered(transfers::Phase::completed)) {
        json.member("completedAt", local_time(*completed, zone));
    }
    put_history(json, transfer, zone);
    json.end_object();
}

void render_item(const job::Uuid& id, const Transfer& transfer, transfers::Zone zone,
                 JsonWriter& json) {
    json.begin_object().member("transferId", job::uuid_text(id));
    json.member("type", name_of(transfer.type)).member("status", name_of(transfer.phase));
    json.name("amount").raw(http::json_amount(transfer.amount));
    json.name("feeAmount").raw(http::json_amount(transfer.fee));
    put_text(json, "recipientHolderName",
             transfer.type == transfers::Type::ted_in ? "" : transfer.counterparty.holder_name);
    json.member("createdAt", local_time(created_at(transfer), zone)).end_object();
}

}  // namespace belay::transfer_api
