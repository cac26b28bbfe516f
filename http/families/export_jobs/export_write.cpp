#include "http/families/export_jobs/export_write.hpp"

#include <array>

#include "core/base/limits.hpp"

namespace belay::export_jobs {
namespace {

constexpr std::array<wire::FieldName, 2> key_fields{wire::FieldName::x_idempotency_key,
                                                    wire::FieldName::idempotency_key};
constexpr http::KeyRule key_rule{key_fields, 128, &http::is_plain_key};

std::optional<Refusal> refusal_of(http::KeyFault fault) {
    const auto refuse = [](std::string message) {
        return Refusal{&errors::invalid_key, std::move(message), "X-Idempotency-Key"};
    };
    switch (fault) {
        case http::KeyFault::none:
            return std::nullopt;
        case http::KeyFault::blank:
            return refuse("idempotency key is required: the X-Idempotency-Key header is empty");
        case http::KeyFault::malformed:
            return refuse(
                "invalid idempotency key format: X-Idempotency-Key has 1 to 128 of A-Z a-z 0-9 : _ "
                "-");
        case http::KeyFault::repeated:
            return refuse("invalid idempotency key format: X-Idempotency-Key came more than once");
        case http::KeyFault::conflicting:
            return refuse(
                "invalid idempotency key format: X-Idempotency-Key and Idempotency-Key differ");
    }
    return std::nullopt;
}

}  // namespace

KeyOrRefusal read_key(const wire::RequestHead& head) {
    const http::RequestKey key = http::read_key(head, key_rule);
    return {key.key, refusal_of(key.fault)};
}

http::ExportEvent event_of(http::Exchange& exchange, const job::Uuid& id, exports::Ask ask) {
    if (exchange.suppresses_events()) {
        return {};
    }
    return http::ExportEvent::of(exchange.shard_context<http::ShardContext>().lane,
                                 exchange.principal()->tenant, id, ask);
}

int render_refusal(ErrorStyle style, const Refusal& refusal, std::string& body) {
    const Detail detail{"field", refusal.field};
    render_error(style, *refusal.kind, refusal.message, {&detail, refusal.field.empty() ? 0U : 1U},
                 body);
    return refusal.kind->status;
}

bool ExportWrite::set_request_key(const auth::Principal& principal, const wire::RequestHead& head,
                                  std::string_view key, const job::Fingerprint& request) {
    if (key.empty()) {
        return true;
    }
    const std::array<std::string_view, 4> scope{as_text(principal.tenant.bytes()),
                                                principal.subject, head.method_text(), head.path()};
    SpareText name("exports:");
    http::append_key_name(scope, key, *name);
    if (name->size() > limits::key_name_bytes_max) {
        return false;
    }
    use_key(std::move(name), request, key_lifetime);
    return true;
}

int ExportWrite::refuse(const ErrorKind& kind, std::string& body) const {
    render_error(settings_.error_style, kind, {}, {}, body);
    return kind.status;
}

int ExportWrite::render_key_reused(std::string& body) const {
    return refuse(errors::key_reused, body);
}

int ExportWrite::render_unexpected(std::string& body) const {
    return refuse(errors::unexpected, body);
}

int ExportWrite::render_unavailable(store::Status status, std::string& body) const {
    return refuse(
        status == store::Status::exhausted ? errors::unavailable : errors::outcome_unknown, body);
}

void ExchangeWrite::answer(int status, http::ResponseFields fields) noexcept {
    exchange_.respond(status, "application/json", exchange_.scratch(), fields);
}

}  // namespace belay::export_jobs
