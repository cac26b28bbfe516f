// A request's idempotency key, its scope, and the fingerprint of the request (contracts README 2).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "auth/digest.hpp"
#include "core/job/idempotency.hpp"
#include "http/wire/request_head.hpp"

namespace belay::http {

enum class KeyFault : std::uint8_t {
    none,
    blank,        ///< the field is there and has no value
    malformed,    ///< characters or length
    repeated,     ///< the field came on more than one line
    conflicting,  ///< two fields of different names, with different values
};

struct RequestKey {
    KeyFault fault = KeyFault::none;
    /// Empty if the request has no key. A view of the request.
    std::string_view key;
};

/// Where a family looks for the key, and what a key may be.
struct KeyRule {
    /// In order of precedence; two of them with different values are a fault.
    std::span<const wire::FieldName> fields;
    std::size_t bytes_max = 128;
    bool (*is_allowed)(std::string_view key) = nullptr;
};

RequestKey read_key(const wire::RequestHead& head, const KeyRule& rule) noexcept;

/// A-Z a-z 0-9 : _ - and nothing else.
bool is_plain_key(std::string_view key) noexcept;

/// Nothing but ASCII that can be seen: no space, no control.
bool is_visible_key(std::string_view key) noexcept;

/// Appends the name under which the store keeps a key: the parts of its scope and the key, each
/// behind its length, so that no two lists of parts give the same name.
void append_key_name(std::span<const std::string_view> scope, std::string_view key,
                     std::string& to);

/// SHA-256 over method, target and body, each of the first two behind its length.
job::Fingerprint fingerprint(auth::Sha256& digest, const wire::RequestHead& head,
                             std::string_view body);

/// The same of a request whose key's scope holds method and path: one that says nothing beyond them
/// (no query, no body) has the fingerprint of all zeros, which SHA-256 gives of nothing known.
job::Fingerprint fingerprint_in_scope(auth::Sha256& digest, const wire::RequestHead& head,
                                      std::string_view body);

/// The same of a body that arrives in pieces: begin, any number of digest.update(), finish.
void begin_fingerprint(auth::Sha256& digest, const wire::RequestHead& head);

}  // namespace belay::http
