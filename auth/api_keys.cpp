#include "auth/api_keys.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>

#include "core/base/base64.hpp"
#include "core/base/check.hpp"
#include "core/json/json.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr std::string_view alphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t random_characters = 32;
// As many keys as the file may be large: it is ours, and bounded already.
constexpr JsonLimits json_limits{.depth_max = 8, .values_max = ApiKeySet::json_bytes_max};
constexpr std::int64_t format_version = 1;

std::string_view prefix_of(bool restricted, Mode mode) {
    if (restricted) {
        return mode == Mode::test ? "rk_test_" : "rk_live_";
    }
    return mode == Mode::test ? "sk_test_" : "sk_live_";
}

std::string random_base62(std::size_t count, world::Entropy& entropy) {
    // Octets from 248 on are thrown away: 248 is four times 62, so the rest is uniform.
    constexpr unsigned usable = 248;
    std::string text;
    while (text.size() < count) {
        std::array<std::byte, 32> random;
        entropy.fill(random);
        for (const std::byte octet : random) {
            const unsigned value = std::to_integer<unsigned>(octet);
            if (value < usable && text.size() < count) {
                text.push_back(alphabet[value % alphabet.size()]);
            }
        }
    }
    return text;
}

job::Uuid random_id(WallTime now, world::Entropy& entropy) {
    std::array<std::uint8_t, 10> random;
    entropy.fill(std::as_writable_bytes(std::span(random)));
    return job::make_uuid_v7(now, random);
}

json::value optional_time(const std::optional<WallTime>& time) {
    return time ? json::value(format_rfc3339_milliseconds(*time)) : json::value(nullptr);
}

json::object json_of(const ApiKey& key) {
    json::object object;
    object["id"] = job::format_uuid(key.id);
    object["sha256"] = hex_encode(key.hash);
    object["tenant"] = job::format_uuid(key.tenant);
    object["mode"] = key.mode == Mode::test ? "test" : "live";
    object["restricted"] = key.restricted;
    object["scopes"] = nullptr;
    if (key.scopes) {
        object["scopes"] = json::array(key.scopes->begin(), key.scopes->end());
    }
    object["created"] = format_rfc3339_milliseconds(key.created);
    object["revoked"] = optional_time(key.revoked);
    return object;
}

/// Reads the members of one key. Each function gives a default and remembers the first that failed.
class KeyReader {
  public:
    explicit KeyReader(const json::object& object) : object_(object) {}

    explained<ApiKey> read() {
        ApiKey key;
        key.id = id("id");
        key.hash = hash("sha256");
        key.tenant = id("tenant");
        key.mode = mode("mode");
        key.restricted = truth("restricted");
        key.scopes = scopes("scopes");
        key.created = time("created").value_or(WallTime());
        key.revoked = revoked("revoked");
        if (failed_.empty() && key.restricted && !key.scopes) {
            failed_ = "scopes";
        }
        if (failed_.empty() && object_.size() != members_) {
            failed_ = "(a member that is unknown)";
        }
        if (!failed_.empty()) {
            return failure(Error::malformed, "its member " + std::string(failed_) + " is bad");
        }
        return key;
    }

  private:
    const json::value* member(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        ++members_;
        if (value == nullptr) {
            fail(name);
        }
        return value;
    }

    void fail(std::string_view name) {
        if (failed_.empty()) {
            failed_ = name;
        }
    }

    std::string_view text(std::string_view name) {
        const json::value* value = member(name);
        if (value == nullptr || !value->is_string()) {
            fail(name);
            return {};
        }
        return value->get_string();
    }

    job::Uuid id(std::string_view name) {
        const result<job::Uuid> read = job::parse_uuid(text(name));
        if (!read) {
            fail(name);
            return {};
        }
        return *read;
    }

    Digest256 hash(std::string_view name) {
        Digest256 digest{};
        const result<std::string> octets = hex_decode(text(name));
        if (!octets || octets->size() != digest.size()) {
            fail(name);
            return digest;
        }
        std::copy_n(as_byte_span(*octets).begin(), digest.size(), digest.begin());
        return digest;
    }

    Mode mode(std::string_view name) {
        const std::string_view word = text(name);
        if (word != "test" && word != "live") {
            fail(name);
        }
        return word == "live" ? Mode::live : Mode::test;
    }

    bool truth(std::string_view name) {
        const json::value* value = member(name);
        if (value == nullptr || !value->is_bool()) {
            fail(name);
            return false;
        }
        return value->get_bool();
    }

    std::optional<std::vector<std::string>> scopes(std::string_view name) {
        const json::value* value = member(name);
        if (value == nullptr || value->is_null()) {
            return std::nullopt;
        }
        std::vector<std::string> names;
        const json::array* listed = value->if_array();
        if (listed == nullptr) {
            fail(name);
            return std::nullopt;
        }
        for (const json::value& entry : *listed) {
            if (!entry.is_string()) {
                fail(name);
                return std::nullopt;
            }
            names.emplace_back(entry.get_string());
        }
        return names;
    }

    std::optional<WallTime> time(std::string_view name) {
        const result<WallTime> read = parse_rfc3339(text(name));
        if (!read) {
            fail(name);
            return std::nullopt;
        }
        return *read;
    }

    std::optional<WallTime> revoked(std::string_view name) {
        const json::value* value = object_.if_contains(name);
        if (value != nullptr && value->is_null()) {
            ++members_;
            return std::nullopt;
        }
        return time(name);
    }

    const json::object& object_;
    std::size_t members_ = 0;
    std::string_view failed_;
};

}  // namespace

bool looks_like_api_key(std::string_view credential) noexcept {
    return credential.starts_with("sk_") || credential.starts_with("rk_");
}

NewApiKey make_api_key(const ApiKeyRequest& request, WallTime now, world::Entropy& entropy) {
    NewApiKey made;
    made.secret = std::string(prefix_of(request.restricted, request.mode)) +
                  random_base62(random_characters, entropy);
    made.key.id = random_id(now, entropy);
    made.key.hash = sha256(as_byte_span(made.secret));
    made.key.tenant = request.tenant;
    made.key.mode = request.mode;
    made.key.restricted = request.restricted;
    made.key.scopes = request.scopes;
    if (request.restricted && !request.scopes) {
        made.key.scopes.emplace();  // only what is listed, and nothing is
    }
    made.key.created = now;
    return made;
}

ApiKeySet::ApiKeySet(std::vector<ApiKey> keys) : keys_(std::move(keys)) {
    by_hash_.reserve(keys_.size());
    for (std::size_t at = 0; at < keys_.size(); ++at) {
        check(by_hash_.emplace(keys_[at].hash, at).second, "no two API keys have one hash");
    }
}

explained<ApiKeySet> ApiKeySet::parse(std::string_view json_text) {
    const auto document = parse_json(json_text, json_limits);
    const json::object* file = document ? document->if_object() : nullptr;
    const json::value* version = file == nullptr ? nullptr : file->if_contains("version");
    const json::value* listed = file == nullptr ? nullptr : file->if_contains("keys");
    if (version == nullptr || listed == nullptr || !version->is_int64() || !listed->is_array()) {
        return failure(Error::malformed, "this is no file of API keys");
    }
    if (version->get_int64() != format_version) {
        return failure(Error::newer_format, "this file of API keys has a format of another belay");
    }
    std::vector<ApiKey> keys;
    std::unordered_map<Digest256, std::size_t, HashOfHash> seen;
    for (const json::value& entry : listed->get_array()) {
        const std::string place = "API key " + std::to_string(keys.size() + 1) + ": ";
        const json::object* object = entry.if_object();
        if (object == nullptr) {
            return failure(Error::malformed, place + "it is not an object");
        }
        explained<ApiKey> key = KeyReader(*object).read();
        if (!key) {
            return failure(Error::malformed, place + key.error().what);
        }
        if (!seen.emplace(key->hash, keys.size()).second) {
            return failure(Error::malformed, place + "its hash is another's");
        }
        keys.push_back(std::move(*key));
    }
    return ApiKeySet(std::move(keys));
}

std::string ApiKeySet::format() const {
    // One key a line: an operator reads and compares this file.
    std::string text = "{\"version\": " + std::to_string(format_version) + ", \"keys\": [";
    const char* before = "\n";
    for (const ApiKey& key : keys_) {
        text += before + json::serialize(json_of(key));
        before = ",\n";
    }
    return text + "\n]}\n";
}

result<Verified> ApiKeySet::verify(std::string_view secret) const {
    const auto found = by_hash_.find(sha256(as_byte_span(secret)));
    if (found == by_hash_.end()) {
        return TokenError::unknown_api_key;
    }
    const ApiKey& key = keys_[found->second];
    if (key.revoked) {
        return TokenError::revoked_api_key;
    }
    return Verified{{key.tenant, "api-key:" + job::format_uuid(key.id),
                     key.scopes ? Scopes::listed(*key.scopes) : Scopes::all_but_admin(), key.mode,
                     Credential::api_key},
                    WallTime::max()};
}

}  // namespace belay::auth
