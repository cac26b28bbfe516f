#include "http/families/v2/answer.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/v2/account.hpp"

namespace belay::v2 {
namespace {

constexpr std::string_view key_header = "Idempotency-Key";
constexpr std::size_t key_bytes_max = 255;

http::RequestKey find_key(const wire::RequestHead& head) noexcept {
    constexpr std::array fields{wire::FieldName::idempotency_key};
    return http::read_key(head, {fields, key_bytes_max, &http::is_visible_key});
}

/// The fields of an answer.
class Fields {
  public:
    void add(const http::ResponseField& field) {
        check(count_ < all_.size(), "an answer has so few fields of its own");
        all_[count_++] = field;
    }

    http::ResponseFields all() const noexcept { return http::ResponseFields(all_).first(count_); }

  private:
    std::array<http::ResponseField, 8> all_;
    std::size_t count_ = 0;
};

}  // namespace

std::optional<ApiVersion> admit(http::Exchange& exchange) {
    const VersionOrRefusal found = read_version(exchange.head());
    if (found.refusal) {
        refuse(exchange, *found.refusal);
        return std::nullopt;
    }
    if (const auto other = check_account(exchange.head(), exchange.principal()->tenant)) {
        refuse(exchange, *other);
        return std::nullopt;
    }
    return found.version;
}

KeyOrRefusal read_key(const wire::RequestHead& head) {
    const http::RequestKey found = find_key(head);
    switch (found.fault) {
        case http::KeyFault::none:
            return {found.key, std::nullopt};
        case http::KeyFault::repeated:
            return {{}, invalid(key_header, "Idempotency-Key came more than once.")};
        case http::KeyFault::blank:
        case http::KeyFault::malformed:
        case http::KeyFault::conflicting:
            break;
    }
    return {{}, invalid(key_header, "Idempotency-Key must be 1 to 255 visible ASCII characters.")};
}

void respond(http::Exchange& exchange, int status, std::string_view body,
             http::ResponseFields more) {
    Fields fields;
    const VersionOrRefusal version = read_version(exchange.head());
    if (!version.refusal) {
        fields.add({"Stripe-Version", version.version.text});
    }
    const http::RequestKey key = find_key(exchange.head());
    if (key.fault == http::KeyFault::none && !key.key.empty()) {
        fields.add({key_header, key.key});
    }
    for (const http::ResponseField& field : more) {
        fields.add(field);
    }
    exchange.respond(status, "application/json", body, fields.all());
}

void fail(http::Exchange& exchange, const ErrorKind& kind, std::string_view message,
          std::string_view param) {
    std::string& body = exchange.scratch();
    body.clear();
    render_error(kind, message, param, body);
    Fields fields;
    for (const http::ResponseField& field : retry_fields(kind.retry)) {
        fields.add(field);
    }
    if (kind.status == http::status_of(http::Trouble::unavailable)) {
        fields.add({"Retry-After", "1"});
    }
    respond(exchange, kind.status, body, fields.all());
}

void refuse(http::Exchange& exchange, const Refusal& refusal) {
    fail(exchange, *refusal.kind, refusal.message, refusal.param);
}

}  // namespace belay::v2
