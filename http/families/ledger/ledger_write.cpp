#include "http/families/ledger/ledger_write.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace belay::ledger_api {
namespace {

constexpr std::array<wire::FieldName, 1> key_fields{wire::FieldName::x_idempotency};
constexpr std::size_t key_bytes_max = 255;

constexpr http::KeyRule key_rule{key_fields, key_bytes_max, &http::is_visible_key};

Milliseconds read_ttl(const wire::RequestHead& head) {
    const std::optional<std::string_view> text = head.value(wire::FieldName::x_ttl);
    if (!text) {
        return ttl_default;
    }
    constexpr auto most = std::chrono::duration_cast<std::chrono::seconds>(ttl_max);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
    if (end != text->data() + text->size() || text->starts_with('-')) {
        return ttl_default;
    }
    if (error == std::errc::result_out_of_range) {
        return most;
    }
    return seconds <= 0 ? ttl_default : std::min(std::chrono::seconds(seconds), most);
}

}  // namespace

RequestKey read_key(const wire::RequestHead& head) {
    const http::RequestKey found = http::read_key(head, key_rule);
    if (found.fault != http::KeyFault::none) {
        return {.refusal = Refusal{&errors::bad_request,
                                   "X-Idempotency has 1 to 255 visible characters and comes once.",
                                   "X-Idempotency"}};
    }
    return {.key = found.key, .kept = read_ttl(head)};
}

void LedgerWrite::set_request_key(const job::TenantId& organization, const job::Uuid& ledger,
                                  const RequestKey& key) {
    if (key.key.empty()) {
        return;
    }
    const std::array<std::string_view, 2> scope{as_text(organization.bytes()),
                                                as_text(ledger.bytes())};
    SpareText name("ledger:");
    http::append_key_name(scope, key.key, *name);
    // One fingerprint for all: the payload is not compared.
    use_key(std::move(name), {}, key.kept);
}

int LedgerWrite::refuse(const ErrorKind& kind, std::string& body) {
    render_error(kind, {}, {}, body);
    return kind.status;
}

/// Does not come: all requests have one fingerprint.
int LedgerWrite::render_key_reused(std::string& body) const {
    return refuse(errors::unexpected, body);
}

int LedgerWrite::render_unexpected(std::string& body) const {
    return refuse(errors::unexpected, body);
}

int LedgerWrite::render_unavailable(store::Status status, std::string& body) const {
    return refuse(
        status == store::Status::exhausted ? errors::unavailable : errors::outcome_unknown, body);
}

void LedgerWrite::answer(int status, http::ResponseFields fields) noexcept {
    exchange_.respond(status, "application/json", exchange_.scratch(), fields);
}

}  // namespace belay::ledger_api
