#include "http/drive/transfer_event.hpp"

#include "http/wire/json_writer.hpp"

namespace belay::http {
namespace {

/// Null where the transfer does not know it yet.
void write_text(wire::JsonWriter& json, std::string_view name, std::string_view text) {
    if (text.empty()) {
        json.null_member(name);
    } else {
        json.member(name, text);
    }
}

void write_amount(wire::JsonWriter& json, std::string_view name, ledger::Money amount) {
    json.name(name).raw(json_amount(amount));
}

/// The party that is an account of the ledger.
void write_account(wire::JsonWriter& json, const job::Uuid& account) {
    json.begin_object();
    if (account.is_nil()) {
        json.null_member("accountId");
    } else {
        json.member("accountId", job::format_uuid(account));
    }
    json.end_object();
}

/// The party that the transfer was told of in words; for P2P it is an account, too.
void write_counterparty(wire::JsonWriter& json, const transfers::Counterparty& party,
                        const job::Uuid& account) {
    json.begin_object();
    if (!account.is_nil()) {
        json.member("accountId", job::format_uuid(account));
    }
    write_text(json, "ispb", party.ispb);
    write_text(json, "branch", party.branch);
    write_text(json, "account", party.account);
    write_text(json, "accountType", party.account_type);
    write_text(json, "holderName", party.holder_name);
    write_text(json, "holderDocument", party.holder_document);
    json.end_object();
}

void write_parties(wire::JsonWriter& json, const transfers::Transfer& transfer) {
    const bool is_inbound = transfer.type == transfers::Type::ted_in;
    json.name("sender");
    if (is_inbound) {
        write_counterparty(json, transfer.counterparty, {});
    } else {
        write_account(json, transfer.sender_account);
    }
    json.name("recipient");
    if (is_inbound) {
        write_account(json, transfer.recipient_account);
    } else {
        write_counterparty(json, transfer.counterparty, transfer.recipient_account);
    }
}

}  // namespace

void render_transfer_event(transfers::Event event, const job::Uuid& id,
                           const transfers::Transfer& transfer, WallTime time, transfers::Zone zone,
                           std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("event", name_of(event));
    json.member("timestamp", transfers::local_time(time, zone));
    json.member("organizationId", job::format_uuid(transfer.tenant));
    json.name("data").begin_object();
    json.member("transferId", job::format_uuid(id));
    json.member("type", name_of(transfer.type));
    json.member("status", name_of(transfer.phase));
    write_text(json, "confirmationNumber", transfer.confirmation_number);
    write_text(json, "controlNumber", transfer.control_number);
    write_amount(json, "amount", transfer.amount);
    write_amount(json, "feeAmount", transfer.fee);
    write_amount(json, "totalAmount", total_of(transfer));
    write_parties(json, transfer);
    json.end_object();
    json.end_object();
}

std::string json_amount(ledger::Money amount) {
    std::string text = ledger::format_money(amount, ledger::scale_of(transfers::asset));
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
        text.pop_back();
    }
    return text;
}

}  // namespace belay::http
