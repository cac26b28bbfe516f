#include "http/families/ledger/render.hpp"

#include <algorithm>

namespace belay::ledger_api {
namespace {

using ledger::Side;

void render_status(std::string_view code, wire::JsonWriter& json) {
    json.name("status").begin_object();
    json.member("code", code).member("description", code);
    json.end_object();
}

void render_times(WallTime created, WallTime updated, wire::JsonWriter& json) {
    json.member("createdAt", format_rfc3339_milliseconds(created));
    json.member("updatedAt", format_rfc3339_milliseconds(updated));
    json.null_member("deletedAt");
}

void text_or_null(std::string_view name, std::string_view text, wire::JsonWriter& json) {
    if (text.empty()) {
        json.null_member(name);
    } else {
        json.member(name, text);
    }
}

void id_or_null(std::string_view name, const job::Uuid& id, wire::JsonWriter& json) {
    text_or_null(name, id.is_nil() ? std::string() : job::format_uuid(id), json);
}

/// What an operation did: one of a leg's move, in the order of a transaction's life.
enum class Deed : std::uint8_t { hold, settle, release, credit };

std::string_view type_of(Deed deed) noexcept {
    switch (deed) {
        case Deed::hold:
            return "ON_HOLD";
        case Deed::settle:
            return "DEBIT";
        case Deed::release:
            return "RELEASE";
        case Deed::credit:
            return "CREDIT";
    }
    return {};
}

/// An id of its own for each deed of each leg, the same at every reading: the transaction's, whose
/// last octet is random, with these numbers worked in.
job::Uuid operation_id(const job::Uuid& transaction, std::size_t leg, Deed deed) noexcept {
    job::Uuid id = transaction;
    const std::size_t ordinal = 1 + leg * 4 + static_cast<std::size_t>(deed);
    id.octets.back() = static_cast<std::uint8_t>(id.octets.back() ^ ordinal);
    return id;
}

void render_operation(const job::Uuid& id, const ledger::Transaction& transaction, std::size_t at,
                      Deed deed, wire::JsonWriter& json) {
    const ledger::Leg& leg = transaction.legs()[at];
    const unsigned scale = ledger::scale_of(transaction.asset);
    const WallTime done = deed == Deed::hold ? transaction.created : transaction.updated;
    json.begin_object();
    json.member("id", job::format_uuid(operation_id(id, at, deed)));
    json.member("transactionId", job::format_uuid(id));
    text_or_null("description", transaction.description, json);
    json.member("type", type_of(deed)).member("assetCode", transaction.asset);
    json.name("amount").begin_object();
    json.member("value", ledger::format_money(leg.amount, scale)).end_object();
    render_status("APPROVED", json);
    json.member("accountId", job::format_uuid(leg.account)).member("accountAlias", leg.alias);
    json.member("balanceId", job::format_uuid(leg.account)).member("balanceKey", "default");
    json.member("organizationId", job::format_uuid(transaction.organization));
    json.member("ledgerId", job::format_uuid(transaction.ledger));
    render_times(done, done, json);
    json.end_object();
}

/// As Midaz keeps them: the hold stays when a commit or a cancel adds its own.
void render_operations(const job::Uuid& id, const ledger::Transaction& transaction,
                       wire::JsonWriter& json) {
    const bool approved = transaction.phase == ledger::Phase::approved;
    const bool canceled = transaction.phase == ledger::Phase::canceled;
    const auto each = [&](Side side, Deed deed, bool happened) {
        for (std::size_t at = 0; happened && at < transaction.legs().size(); ++at) {
            if (transaction.legs()[at].side == side) {
                render_operation(id, transaction, at, deed, json);
            }
        }
    };
    json.name("operations").begin_array();
    each(Side::source, Deed::hold, transaction.was_pending);
    each(Side::source, Deed::settle, approved);
    each(Side::source, Deed::release, canceled);
    each(Side::destination, Deed::credit, approved);
    json.end_array();
}

void render_aliases(std::string_view name, const ledger::Transaction& transaction, Side side,
                    wire::JsonWriter& json) {
    json.name(name).begin_array();
    for (const ledger::Leg& leg : transaction.legs()) {
        if (leg.side == side) {
            json.string(leg.alias);
        }
    }
    json.end_array();
}

}  // namespace

void render_ledger(const job::Uuid& id, const ledger::Ledger& ledger, wire::JsonWriter& json) {
    json.begin_object();
    json.member("id", job::format_uuid(id)).member("name", ledger.name);
    json.member("organizationId", job::format_uuid(ledger.organization));
    render_status("ACTIVE", json);
    render_times(ledger.created, ledger.created, json);
    json.end_object();
}

void render_account(const job::Uuid& id, const ledger::Account& account, wire::JsonWriter& json) {
    json.begin_object();
    json.member("id", job::format_uuid(id)).member("name", account.name);
    json.null_member("parentAccountId").null_member("entityId");
    json.member("assetCode", account.asset);
    json.member("organizationId", job::format_uuid(account.organization));
    json.member("ledgerId", job::format_uuid(account.ledger));
    json.null_member("portfolioId").null_member("segmentId");
    render_status("ACTIVE", json);
    json.member("alias", account.alias).member("type", account.type).member("blocked", false);
    render_times(account.created, account.created, json);
    json.null_member("metadata").end_object();
}

void render_balance(const job::Uuid& account_id, const ledger::Account& account,
                    const ledger::Balance& balance, wire::JsonWriter& json) {
    const unsigned scale = ledger::scale_of(account.asset);
    const std::string id = job::format_uuid(account_id);
    json.begin_object();
    json.member("id", id);
    json.member("organizationId", job::format_uuid(account.organization));
    json.member("ledgerId", job::format_uuid(account.ledger));
    json.member("accountId", id).member("alias", account.alias).member("key", "default");
    json.member("assetCode", account.asset);
    json.member("available", ledger::format_money(balance.available, scale));
    json.member("onHold", ledger::format_money(balance.on_hold, scale));
    json.member("version", balance.version).member("accountType", account.type);
    json.member("allowSending", true).member("allowReceiving", true);
    render_times(account.created, std::max(account.created, balance.updated), json);
    json.null_member("metadata").end_object();
}

void render_transaction(const job::Uuid& id, const ledger::Transaction& transaction,
                        std::string_view status, wire::JsonWriter& json) {
    const unsigned scale = ledger::scale_of(transaction.asset);
    json.begin_object();
    json.member("id", job::format_uuid(id));
    id_or_null("parentTransactionId", transaction.parent, json);
    json.member("description", transaction.description);
    render_status(status, json);
    json.member("amount", ledger::format_money(transaction.value, scale));
    json.member("assetCode", transaction.asset);
    json.member("chartOfAccountsGroupName", transaction.chart_of_accounts_group);
    json.member("code", transaction.code);
    render_aliases("source", transaction, Side::source, json);
    render_aliases("destination", transaction, Side::destination, json);
    json.member("ledgerId", job::format_uuid(transaction.ledger));
    json.member("organizationId", job::format_uuid(transaction.organization));
    json.member("route", transaction.route);
    render_times(transaction.created, transaction.updated, json);
    if (transaction.metadata.empty()) {
        json.null_member("metadata");
    } else {
        json.name("metadata").raw(transaction.metadata);
    }
    render_operations(id, transaction, json);
    json.end_object();
}

ListBody::ListBody(std::string& to) : json_(to) {
    json_.begin_object().name("items").begin_array();
}

void ListBody::end(std::size_t limit, std::string_view next, job::Lsn lsn) {
    json_.end_array().member("limit", limit);
    if (!next.empty()) {
        json_.member("next_cursor", next);
    }
    if (lsn != 0) {
        json_.member("lsn", std::string_view(std::to_string(lsn)));
    }
    json_.end_object();
}

}  // namespace belay::ledger_api
