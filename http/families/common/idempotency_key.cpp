#include "http/families/common/idempotency_key.hpp"

#include <algorithm>
#include <array>

#include "core/base/bytes.hpp"

namespace belay::http {
namespace {

void update_with_length(auth::Sha256& digest, std::string_view text) {
    std::array<std::byte, 8> length;
    store_little(length.data(), static_cast<std::uint64_t>(text.size()));
    digest.update(length);
    digest.update(as_byte_span(text));
}

}  // namespace

RequestKey read_key(const wire::RequestHead& head, const KeyRule& rule) noexcept {
    RequestKey found;
    bool present = false;
    for (const wire::FieldName field : rule.fields) {
        const std::optional<std::string_view> value = head.value(field);
        if (!value) {
            continue;
        }
        if (head.repeated(field)) {
            return {KeyFault::repeated, {}};
        }
        if (present && *value != found.key) {
            return {KeyFault::conflicting, {}};
        }
        present = true;
        found.key = *value;
    }
    if (!present) {
        return found;
    }
    if (found.key.empty()) {
        return {KeyFault::blank, {}};
    }
    if (found.key.size() > rule.bytes_max || !rule.is_allowed(found.key)) {
        return {KeyFault::malformed, {}};
    }
    return found;
}

bool is_plain_key(std::string_view key) noexcept {
    static constexpr auto allowed = [] {
        std::array<bool, 256> table{};
        for (const char each : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                                                "YZ0123456789:_-")) {
            table[static_cast<unsigned char>(each)] = true;
        }
        return table;
    }();
    return std::ranges::all_of(key,
                               [](char byte) { return allowed[static_cast<unsigned char>(byte)]; });
}

bool is_visible_key(std::string_view key) noexcept {
    return std::ranges::all_of(key, [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

void append_key_name(std::span<const std::string_view> scope, std::string_view key,
                     std::string& to) {
    ByteWriter writer(to);
    for (const std::string_view part : scope) {
        writer.integer(static_cast<std::uint16_t>(part.size()));
        writer.bytes(as_byte_span(part));
    }
    writer.bytes(as_byte_span(key));
}

void begin_fingerprint(auth::Sha256& digest, const wire::RequestHead& head) {
    update_with_length(digest, head.method_text());
    update_with_length(digest, head.target());
}

job::Fingerprint fingerprint(auth::Sha256& digest, const wire::RequestHead& head,
                             std::string_view body) {
    begin_fingerprint(digest, head);
    digest.update(as_byte_span(body));
    return digest.finish();
}

job::Fingerprint fingerprint_in_scope(auth::Sha256& digest, const wire::RequestHead& head,
                                      std::string_view body) {
    if (body.empty() && head.target() == head.path()) {
        return {};
    }
    return fingerprint(digest, head, body);
}

}  // namespace belay::http
