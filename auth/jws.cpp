#include "auth/jws.hpp"

#include <algorithm>
#include <optional>

#include <boost/json.hpp>

#include "auth/signature.hpp"
#include "core/base/base64.hpp"
#include "core/json/json.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr JsonLimits json_limits{.depth_max = 8};
constexpr std::size_t keys_tried_max = 8;

/// Views into the token.
struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signing_input;  ///< header, dot, payload
};

result<Parts> split(std::string_view token) {
    if (token.size() > token_bytes_max) {
        return TokenError::too_long;
    }
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
        return TokenError::not_compact;
    }
    return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
                 token.substr(second + 1), token.substr(0, second)};
}

struct Header {
    Algorithm algorithm{};
    std::optional<std::string> key_id;
};

std::string lower(std::string_view text) {
    std::string lowered(text);
    for (char& character : lowered) {
        if (character >= 'A' && character <= 'Z') {
            character = static_cast<char>(character - 'A' + 'a');
        }
    }
    return lowered;
}

bool is_token_type(const json::value& type) {
    constexpr std::string_view media_prefix = "application/";
    if (!type.is_string()) {
        return false;
    }
    const std::string lowered = lower(type.get_string());
    std::string_view name = lowered;
    if (name.starts_with(media_prefix)) {
        name.remove_prefix(media_prefix.size());
    }
    return name == "jwt" || name == "at+jwt";
}

result<Header> read_header(std::string_view text) {
    const auto document = parse_json(text, json_limits);
    const json::object* members = document ? document->if_object() : nullptr;
    if (members == nullptr) {
        return TokenError::bad_header;
    }
    for (const std::string_view name : {"crit", "zip", "b64", "cty"}) {
        if (members->contains(name)) {
            return TokenError::unsupported_header;
        }
    }
    if (const json::value* type = members->if_contains("typ")) {
        if (!is_token_type(*type)) {
            return TokenError::wrong_type;
        }
    }
    Header header;
    const json::value* named = members->if_contains("alg");
    const std::optional<Algorithm> algorithm = named != nullptr && named->is_string()
                                                   ? parse_algorithm(named->get_string())
                                                   : std::nullopt;
    if (!algorithm) {
        return TokenError::unknown_algorithm;
    }
    header.algorithm = *algorithm;
    if (const json::value* id = members->if_contains("kid")) {
        if (!id->is_string()) {
            return TokenError::bad_header;
        }
        header.key_id = std::string(id->get_string());
    }
    return header;
}

/// The keys that may have signed: those of the algorithm, and of the name if one is given.
result<std::vector<const Key*>> candidates(const Header& header, const KeySet& keys) {
    std::vector<const Key*> fitting;
    for (const VerificationKey& entry : keys.keys()) {
        if (entry.algorithms.has(header.algorithm) &&
            (!header.key_id || entry.id == header.key_id)) {
            fitting.push_back(&entry.key);
        }
    }
    if (fitting.empty()) {
        return TokenError::unknown_key;
    }
    if (fitting.size() > keys_tried_max) {
        return TokenError::ambiguous_key;
    }
    return fitting;
}

}  // namespace

result<std::string> verify_jws(std::string_view token, const KeySet& keys) {
    const result<Parts> parts = split(token);
    if (!parts) {
        return parts.error();
    }
    const result<std::string> header_text = base64url_decode(parts->header);
    const result<std::string> signature = base64url_decode(parts->signature);
    result<std::string> payload = base64url_decode(parts->payload);
    if (!header_text || !signature || !payload) {
        return TokenError::not_compact;
    }
    const result<Header> header = read_header(*header_text);
    if (!header) {
        return header.error();
    }
    const result<std::vector<const Key*>> fitting = candidates(*header, keys);
    if (!fitting) {
        return fitting.error();
    }
    const bool signed_by_us = std::any_of(fitting->begin(), fitting->end(), [&](const Key* key) {
        return verify_signature(header->algorithm, *key, as_byte_span(parts->signing_input),
                                as_byte_span(*signature));
    });
    if (!signed_by_us) {
        return TokenError::bad_signature;
    }
    return payload;
}

std::string sign_jws_hs256(const Key& secret, std::string_view payload) {
    std::string token = base64url_encode(as_byte_span(R"({"alg":"HS256","typ":"JWT"})"));
    token.push_back('.');
    token += base64url_encode(as_byte_span(payload));
    const std::string mac = sign_with_secret(Algorithm::hs256, secret, as_byte_span(token));
    token.push_back('.');
    token += base64url_encode(as_byte_span(mac));
    return token;
}

}  // namespace belay::auth
