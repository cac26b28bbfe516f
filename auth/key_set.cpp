#include "auth/key_set.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/base/base64.hpp"
#include "core/json/json.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr JsonLimits json_limits{.depth_max = 8};

Failure refused(std::string what) {
    return failure(Error::malformed, std::move(what));
}

/// The member's text; null if it is absent or not a string.
const json::string* text_of(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member == nullptr ? nullptr : member->if_string();
}

bool is(const json::string* text, std::string_view expected) {
    return text != nullptr && std::string_view(*text) == expected;
}

/// The octets of a base64url member; empty, which no key accepts, if it is absent or malformed.
std::string octets_of(const json::object& jwk, std::string_view name) {
    const json::string* text = text_of(jwk, name);
    const result<std::string> octets = base64url_decode(text == nullptr ? "" : *text);
    return octets ? *octets : std::string();
}

/// RFC 7517 sections 4.2 and 4.3: a key that says what it is for is for nothing else.
bool is_for_verifying(const json::object& jwk) {
    if (const json::value* use = jwk.if_contains("use")) {
        if (!is(use->if_string(), "sig")) {
            return false;
        }
    }
    const json::value* operations = jwk.if_contains("key_ops");
    if (operations == nullptr) {
        return true;
    }
    const json::array* listed = operations->if_array();
    return listed != nullptr &&
           std::any_of(listed->begin(), listed->end(), [](const json::value& operation) {
               return is(operation.if_string(), "verify");
           });
}

bool is_of_known_type(const json::object& jwk) {
    const json::string* type = text_of(jwk, "kty");
    return is(type, "RSA") || is(type, "oct") ||
           (is(type, "EC") && is(text_of(jwk, "crv"), "P-256")) ||
           (is(type, "OKP") && is(text_of(jwk, "crv"), "Ed25519"));
}

/// Of a known type.
explained<Key> key_of(const json::object& jwk) {
    const json::string* type = text_of(jwk, "kty");
    if (is(type, "RSA")) {
        return Key::rsa(as_byte_span(octets_of(jwk, "n")), as_byte_span(octets_of(jwk, "e")));
    }
    if (is(type, "EC")) {
        return Key::p256(as_byte_span(octets_of(jwk, "x")), as_byte_span(octets_of(jwk, "y")));
    }
    if (is(type, "OKP")) {
        return Key::ed25519(as_byte_span(octets_of(jwk, "x")));
    }
    return Key::secret(octets_of(jwk, "k"));
}

/// The algorithms of a key; empty if its `alg` is none of ours or not one for its type.
explained<AlgorithmSet> algorithms_of(const json::object& jwk, const Key& key) {
    const json::value* named = jwk.if_contains("alg");
    if (named == nullptr) {
        return key.algorithms();
    }
    const json::string* name = named->if_string();
    const std::optional<Algorithm> algorithm =
        name == nullptr ? std::nullopt : parse_algorithm(*name);
    if (!algorithm) {
        return AlgorithmSet{};
    }
    if (key.algorithms().has(*algorithm)) {
        return AlgorithmSet{*algorithm};
    }
    const bool short_secret = key.type() == Key::Type::secret && name->starts_with("HS");
    if (short_secret) {
        return refused("a secret for " + std::string(*name) + " has at least " +
                       std::to_string(digest_size(*algorithm)) + " octets");
    }
    return AlgorithmSet{};
}

class Reader {
  public:
    explained<void> read(const json::value& entry) {
        const json::object* jwk = entry.if_object();
        if (jwk == nullptr) {
            return refused("is not an object");
        }
        std::optional<std::string> id;
        if (const json::value* named = jwk->if_contains("kid")) {
            const json::string* text = named->if_string();
            if (text == nullptr) {
                return refused("has a kid that is not a string");
            }
            id = std::string(*text);
            if (std::find(ids_.begin(), ids_.end(), *id) != ids_.end()) {
                return refused("repeats the kid of another");
            }
            ids_.push_back(*id);
        }
        if (!is_of_known_type(*jwk) || !is_for_verifying(*jwk)) {
            return {};
        }
        const explained<Key> key = key_of(*jwk);
        if (!key) {
            return refused("is refused: " + key.error().what);
        }
        const explained<AlgorithmSet> algorithms = algorithms_of(*jwk, *key);
        if (!algorithms) {
            return refused("is refused: " + algorithms.error().what);
        }
        if (!algorithms->empty()) {
            keys_.push_back({std::move(id), *key, *algorithms});
        }
        return {};
    }

    bool mixes_secret_and_public() const {
        const auto is_secret = [](const VerificationKey& entry) {
            return entry.key.type() == Key::Type::secret;
        };
        return std::any_of(keys_.begin(), keys_.end(), is_secret) &&
               !std::all_of(keys_.begin(), keys_.end(), is_secret);
    }

    std::vector<VerificationKey> take() { return std::move(keys_); }

  private:
    std::vector<std::string> ids_;  // of skipped keys too
    std::vector<VerificationKey> keys_;
};

}  // namespace

explained<KeySet> KeySet::parse(std::string_view json_text) {
    if (json_text.size() > json_bytes_max) {
        return failure(Error::too_large, "a JWKS has at most 256 KiB");
    }
    const auto document = parse_json(json_text, json_limits);
    const json::object* set = document ? document->if_object() : nullptr;
    const json::value* listed = set == nullptr ? nullptr : set->if_contains("keys");
    const json::array* entries = listed == nullptr ? nullptr : listed->if_array();
    if (entries == nullptr) {
        return refused("a JWKS is a JSON object, each name once, with an array \"keys\"");
    }
    if (entries->size() > keys_max) {
        return failure(Error::too_large, "a JWKS has at most 64 keys");
    }
    Reader reader;
    for (std::size_t at = 0; at < entries->size(); ++at) {
        const explained<void> read = reader.read((*entries)[at]);
        if (!read) {
            return refused("key " + std::to_string(at + 1) + " of the JWKS " + read.error().what);
        }
    }
    if (reader.mixes_secret_and_public()) {
        return refused("a JWKS has either secret keys (oct) or public ones");
    }
    return KeySet(reader.take());
}

}  // namespace belay::auth
