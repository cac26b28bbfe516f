#include "http/families/ledger/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/ledger/account.hpp"
#include "core/ledger/money.hpp"
#include "http/families/ledger/object_reader.hpp"
#include "http/wire/query.hpp"

namespace belay::ledger_api {
namespace {

constexpr std::size_t text_bytes_max = ledger::account_text_bytes_max;
constexpr std::string_view external_type = "external";

bool is_alias_character(char each) noexcept {
    return (each >= 'A' && each <= 'Z') || (each >= 'a' && each <= 'z') ||
           (each >= '0' && each <= '9') || each == '@' || each == ':' || each == '_' || each == '-';
}

/// "@external/BRL" has a slash, so no alias that is allowed is one of the ledger's own; that one
/// looks like them is refused all the same.
bool is_alias(std::string_view text) noexcept {
    return text.size() <= alias_bytes_max && !text.starts_with("@external") &&
           std::all_of(text.begin(), text.end(), is_alias_character);
}

/// What Midaz keeps with an account or a ledger and belay does not: refused rather than lost.
void refuse_unkept(ObjectReader& reader, std::string_view name) {
    if (reader.optional(name) != nullptr) {
        reader.fault(errors::bad_request, name, std::string(name) + " is not kept here.");
    }
}

/// Absent, or {"code": "ACTIVE"}: accounts and ledgers have no other status.
void take_status(ObjectReader& reader, Faults& faults) {
    const boost::json::value* status = reader.optional("status");
    if (status == nullptr) {
        return;
    }
    ObjectReader inner(*status, "status", faults);
    inner.text("description", text_bytes_max);
    if (inner.required_text("code", text_bytes_max) != "ACTIVE") {
        inner.fault(errors::bad_request, "code", "status.code must be ACTIVE.");
    }
}

}  // namespace

std::optional<Refusal> parse_account(std::string_view body, AccountRequest& to) {
    Faults faults;
    const auto value = parse_object(body, faults);
    if (!value) {
        return faults.take();
    }
    {
        ObjectReader reader(*value, {}, faults);
        to.asset = reader.required_text("assetCode", text_bytes_max);
        to.type = reader.required_text("type", text_bytes_max);
        to.name = reader.text("name", text_bytes_max);
        to.alias = reader.text("alias", text_bytes_max);
        take_status(reader, faults);
        for (const std::string_view name :
             {"parentAccountId", "entityId", "portfolioId", "segmentId", "blocked", "metadata"}) {
            refuse_unkept(reader, name);
        }
        if (!ledger::is_asset_code(to.asset)) {
            reader.fault(errors::invalid_asset, "assetCode");
        }
        if (to.type == external_type) {
            reader.fault(errors::invalid_account_type, "type");
        }
        if (!is_alias(to.alias)) {
            reader.fault(errors::invalid_alias, "alias");
        }
    }
    return faults.take();
}

std::optional<Refusal> parse_ledger(std::string_view body, std::string& name) {
    Faults faults;
    const auto value = parse_object(body, faults);
    if (!value) {
        return faults.take();
    }
    {
        ObjectReader reader(*value, {}, faults);
        name = reader.required_text("name", text_bytes_max);
        take_status(reader, faults);
        for (const std::string_view unkept : {"settings", "metadata"}) {
            refuse_unkept(reader, unkept);
        }
    }
    return faults.take();
}

std::optional<Refusal> parse_page(std::string_view query, const PageRule& rule, Page& to) {
    constexpr std::array<std::string_view, 2> known{"limit", "cursor"};
    const auto refuse = [](std::string_view name, std::string message) {
        return Refusal{&errors::invalid_query, std::move(message), std::string(name)};
    };
    to.limit = rule.limit_default;
    const result<wire::Query> parsed = wire::Query::parse(query);
    if (!parsed) {
        return refuse({}, "The query is malformed.");
    }
    for (const wire::QueryParameter& parameter : parsed->parameters()) {
        if (std::find(known.begin(), known.end(), parameter.name) == known.end()) {
            return refuse({}, "The parameters of a list are limit and cursor.");
        }
        if (parsed->repeated(parameter.name)) {
            return refuse(parameter.name, parameter.name + " came more than once.");
        }
    }
    if (const auto limit = parsed->value("limit"); limit && !limit->empty()) {
        const auto [end, error] =
            std::from_chars(limit->data(), limit->data() + limit->size(), to.limit);
        if (end != limit->data() + limit->size() || error == std::errc::invalid_argument ||
            (error == std::errc() && to.limit == 0)) {
            return refuse("limit", "limit must be a whole number above zero.");
        }
        if (error != std::errc() || to.limit > rule.limit_max) {
            return Refusal{&errors::limit_exceeded,
                           "The limit is at most " + std::to_string(rule.limit_max) + ".", "limit"};
        }
    }
    if (const auto cursor = parsed->value("cursor"); cursor && !cursor->empty()) {
        const result<job::Uuid> after = job::parse_uuid(*cursor);
        if (!after) {
            return refuse("cursor", "cursor is not a cursor of this list.");
        }
        to.after = *after;
    }
    return std::nullopt;
}

}  // namespace belay::ledger_api
