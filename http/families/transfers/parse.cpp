#include "http/families/transfers/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json/value.hpp>

#include "core/base/utf8.hpp"
#include "core/json/json.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/transfers/member_reader.hpp"
#include "http/wire/chars.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::transfer_api {
namespace {

constexpr std::array<wire::FieldName, 1> key_fields{wire::FieldName::x_idempotency};
constexpr std::size_t key_bytes_max = 255;
constexpr std::size_t alias_bytes_max = 256;
constexpr std::size_t purpose_digits_max = 4;
constexpr std::size_t branch_bytes_max = 10;

constexpr http::KeyRule key_rule{key_fields, key_bytes_max, &http::is_visible_key};

bool is_upper_or_digit(char each) noexcept {
    return wire::is_digit(each) || (each >= 'A' && each <= 'Z');
}

bool all_digits(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char each) { return wire::is_digit(each); });
}

/// A CPF of 11 digits, or a CNPJ of 14: letters among the first twelve are allowed since 2026.
bool is_document(std::string_view text) noexcept {
    constexpr std::size_t cpf = 11;
    constexpr std::size_t cnpj = 14;
    constexpr std::size_t cnpj_body = 12;
    if (text.size() == cpf) {
        return all_digits(text);
    }
    return text.size() == cnpj && all_digits(text.substr(cnpj_body)) &&
           std::all_of(text.begin(), text.begin() + cnpj_body, is_upper_or_digit);
}

void take_recipient(MemberReader& body, InitiateRequest& to) {
    MemberReader recipient = body.object("recipient");
    to.ispb = recipient.text("ispb", {.is_required = true}, [](std::string_view text) {
        return text.size() == 8 && all_digits(text) ? "" : "must be 8 digits";
    });
    to.branch = recipient.text("branch", {.is_required = true}, [](std::string_view text) {
        return !text.empty() && text.size() <= branch_bytes_max && all_digits(text)
                   ? ""
                   : "must be 1 to 10 digits";
    });
    to.account = recipient.text("account", {.is_required = true}, [](std::string_view text) {
        return !text.empty() && text.size() <= alias_bytes_max && http::is_visible_key(text)
                   ? ""
                   : "must be 1 to 256 visible characters";
    });
    to.account_type =
        recipient.text("accountType", {.is_required = true}, [](std::string_view text) {
            return text.size() == 4 && std::all_of(text.begin(), text.end(), is_upper_or_digit)
                       ? ""
                       : "must be a code of four letters, such as CACC";
        });
    to.holder_name = recipient.text("holderName", {.is_required = true}, [](std::string_view text) {
        return !text.empty() && text.size() <= transfers::name_bytes_max
                   ? ""
                   : "must not be empty or longer than 512 bytes";
    });
    to.holder_document =
        recipient.text("holderDocument", {.is_required = true}, [](std::string_view text) {
            return is_document(text) ? "" : "must be a CPF of 11 digits or a CNPJ of 14";
        });
}

void take_metadata(MemberReader& body, std::string& to) {
    const boost::json::value* metadata = body.member("metadata");
    if (metadata == nullptr) {
        return;
    }
    if (!metadata->is_object()) {
        body.fault("metadata", "must be an object");
        return;
    }
    wire::JsonWriter(to).value(*metadata);
    if (to.size() > transfers::metadata_bytes_max) {
        body.fault("metadata", "must not be longer than 8 KiB");
    }
}

void take_amount(MemberReader& body, ledger::Money& to) {
    const boost::json::value* amount = body.member("amount");
    if (amount == nullptr) {
        body.fault("amount", "is required");
        return;
    }
    const result<ledger::Money> money = money_of(*amount);
    if (!money || *money < amount_min || *money > amount_max) {
        body.fault("amount", "must be a number from 0.01 to 999999.99 with at most two decimals");
        return;
    }
    to = *money;
}

}  // namespace

std::optional<Refusal> check_organization(const wire::RequestHead& head,
                                          const job::TenantId& tenant, bool optional) {
    constexpr std::string_view name = "X-Organization-Id";
    const auto refuse = [&](const ErrorKind& kind, std::string_view what) {
        Refusal refusal{&kind};
        refusal.details.add(Place::headers, name, what);
        return refusal;
    };
    const std::optional<std::string_view> text = head.value(wire::FieldName::x_organization_id);
    if (!text || text->empty()) {
        return optional ? std::nullopt
                        : std::optional(refuse(errors::missing_organization, "is required"));
    }
    const result<job::Uuid> organization = job::parse_uuid(*text);
    if (!organization) {
        return refuse(errors::missing_organization, "must be a UUID");
    }
    if (*organization != tenant) {
        return refuse(errors::tenant_mismatch, "is not the token's tenantId");
    }
    return std::nullopt;
}

RequestKey read_key(const wire::RequestHead& head) {
    const http::RequestKey found = http::read_key(head, key_rule);
    const bool is_absent = found.fault == http::KeyFault::none && found.key.empty();
    if (!is_absent && found.fault == http::KeyFault::none) {
        return {found.key, std::nullopt};
    }
    Refusal refusal{&errors::invalid_input};
    const bool is_blank = is_absent || found.fault == http::KeyFault::blank;
    refusal.details.add(Place::headers, "X-Idempotency",
                        is_blank ? "is required"
                        : found.fault == http::KeyFault::repeated
                            ? "must come once"
                            : "must be 1 to 255 visible ASCII characters");
    return {{}, std::move(refusal)};
}

std::optional<Refusal> parse_initiate(std::string_view body, InitiateRequest& to) {
    BodyReader reader(body);
    if (!reader.is_object()) {
        return reader.refusal();
    }
    MemberReader members = reader.members();
    to.sender_account = members.uuid("senderAccountId");
    take_recipient(members, to);
    take_amount(members, to.amount);
    to.purpose = members.text("purpose", {.is_required = true}, [](std::string_view text) {
        return !text.empty() && text.size() <= purpose_digits_max && all_digits(text)
                   ? ""
                   : "must be 1 to 4 digits";
    });
    to.description = members.text("description", {}, [](std::string_view text) {
        return count_characters(text) <= transfers::description_characters_max
                   ? ""
                   : "must not be longer than 140 characters";
    });
    take_metadata(members, to.metadata);
    return reader.refusal();
}

std::optional<Refusal> parse_process(std::string_view body, job::Uuid& initiation) {
    BodyReader reader(body);
    if (!reader.is_object()) {
        return reader.refusal();
    }
    initiation = reader.members().uuid("initiationId");
    return reader.refusal();
}

std::optional<Refusal> parse_cancel(std::string_view body, std::string& reason) {
    if (body.empty()) {
        return std::nullopt;
    }
    BodyReader reader(body);
    if (!reader.is_object()) {
        return reader.refusal();
    }
    reason = reader.members().text("reason", {}, [](std::string_view text) {
        return count_characters(text) <= transfers::reason_characters_max
                   ? ""
                   : "must not be longer than 500 characters";
    });
    return reader.refusal();
}

std::optional<Refusal> parse_path_id(std::string_view text, std::string_view name, job::Uuid& to) {
    const result<job::Uuid> id = job::parse_uuid(text);
    if (!id) {
        Refusal refusal{&errors::invalid_input};
        refusal.details.add(Place::paths, name, "must be a UUID");
        return refusal;
    }
    to = *id;
    return std::nullopt;
}

}  // namespace belay::transfer_api
