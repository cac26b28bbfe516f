#include "http/families/v2/live_write.hpp"

#include <array>
#include <exception>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "http/families/common/idempotency_key.hpp"

namespace belay::v2 {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view key_prefix = "v2:";

/// Tenant, mode, method and path, each with its length before it, and the key.
constexpr std::array key_name{
    store::shape::fixed("v2:\x10\0"sv),  store::shape::octets(16), store::shape::counted(),
    store::shape::fixed("\x04\0POST"sv), store::shape::counted(),  store::shape::rest()};

/// What is kept under a key.
SpareText kept_text(const job::Uuid& object, std::string_view request_id) {
    SpareText text;
    ByteWriter writer(*text);
    writer.bytes(object.bytes());
    writer.bytes(as_byte_span(request_id));
    return text;
}

}  // namespace

void add_key_names(store::Vocabulary& vocabulary) {
    vocabulary.shapes.push_back(key_name);
}

LiveWrite::LiveWrite(http::Exchange& exchange, const job::Uuid& object)
    : http::KeyedWrite(exchange.scratch()), exchange_(exchange), object_(object) {}

void LiveWrite::use_request_key(std::string_view key) {
    if (key.empty()) {
        return;
    }
    const auth::Principal& principal = *exchange_.principal();
    const wire::RequestHead& head = exchange_.head();
    const std::array<std::string_view, 4> scope{
        as_text(principal.tenant.bytes()), principal.mode == auth::Mode::live ? "live" : "test",
        head.method_text(), head.path()};
    SpareText name(key_prefix);
    http::append_key_name(scope, key, *name);
    check(name->size() <= limits::key_name_bytes_max, "an object's path is short");
    kept_ = kept_text(object_, exchange_.request_id());
    auto& shard = exchange_.shard_context<http::ShardContext>();
    use_key(std::move(name), http::fingerprint_in_scope(shard.digest, head, exchange_.body()),
            key_lifetime);
}

int LiveWrite::refuse(const ErrorKind& kind, std::string& body) {
    render_error(kind, {}, {}, body);
    return kind.status;
}

int LiveWrite::replay(int status, std::string& body) noexcept {
    try {
        ByteReader reader(as_byte_span(body));
        const auto object = reader.octets<job::Uuid>();
        *original_request_ = as_text(reader.bytes(reader.left()));
        body.clear();
        if (reader.ok() && render_now(object, body)) {
            replay_fields_ = {http::ResponseField{"Idempotent-Replayed", "true"},
                              http::ResponseField{"Original-Request", *original_request_}};
            is_replayed_ = true;
            return status;
        }
        body.clear();
        return refuse(errors::replay_gone, body);
    } catch (const std::exception&) {
        body.clear();
        return refuse(errors::unexpected, body);
    }
}

http::ResponseFields LiveWrite::key_fields(bool) const noexcept {
    return is_replayed_ ? http::ResponseFields(replay_fields_) : http::ResponseFields();
}

int LiveWrite::render_key_reused(std::string& body) const {
    return refuse(errors::key_reused, body);
}

int LiveWrite::render_unexpected(std::string& body) const {
    return refuse(errors::unexpected, body);
}

int LiveWrite::render_unavailable(store::Status status, std::string& body) const {
    return refuse(
        status == store::Status::exhausted ? errors::unavailable : errors::outcome_unknown, body);
}

void LiveWrite::answer(int status, http::ResponseFields fields) noexcept {
    std::array<http::ResponseField, 4> all;
    std::size_t count = 0;
    for (const http::ResponseField& field : fields) {
        all[count++] = field;
    }
    // Of all that a write answers, a conflict is one over its key, which stays; what is not
    // available now may be later.
    const Retry retry = status == errors::key_reused.status    ? Retry::no
                        : status == errors::unavailable.status ? Retry::yes
                                                               : Retry::unsaid;
    for (const http::ResponseField& field : retry_fields(retry)) {
        all[count++] = field;
    }
    respond(exchange_, status, exchange_.scratch(), http::ResponseFields(all).first(count));
}

}  // namespace belay::v2
