#include "auth/signed_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/base/base64.hpp"
#include "core/base/check.hpp"

namespace belay::auth {
namespace {

constexpr std::string_view version = "1";
constexpr std::size_t query_bytes_max = 1024;
constexpr std::size_t object_bytes_max = 128;
// For a clock that was set back after signing, and for the second that sign rounds up to.
constexpr std::chrono::seconds clock_leeway{60};

/// The values of the parameters, as they stand in the query.
struct Parameters {
    std::string_view expires;
    std::string_view key;
    std::string_view object;
    std::string_view signature;
    std::string_view tenant;
    std::string_view version;
};

struct Name {
    std::string_view name;
    std::string_view Parameters::* value;
};

constexpr std::array<Name, 6> names{{
    {"expires", &Parameters::expires},
    {"key", &Parameters::key},
    {"object", &Parameters::object},
    {"signature", &Parameters::signature},
    {"tenant", &Parameters::tenant},
    {"version", &Parameters::version},
}};

/// RFC 3986's unreserved: what means the same encoded or not, so nobody has to decode it.
bool is_unreserved(char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || character == '-' || character == '.' ||
           character == '_' || character == '~';
}

bool is_plain(std::string_view value) {
    return !value.empty() && std::all_of(value.begin(), value.end(), is_unreserved);
}

result<Parameters> read_query(std::string_view query) {
    if (query.size() > query_bytes_max) {
        return TokenError::bad_url;
    }
    Parameters parameters;
    std::size_t found = 0;
    for (bool more = true; more; ++found) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        more = end != std::string_view::npos;
        query.remove_prefix(more ? end + 1 : query.size());
        const std::size_t equals = pair.find('=');
        const auto known = std::find_if(names.begin(), names.end(), [&](const Name& name) {
            return equals != std::string_view::npos && name.name == pair.substr(0, equals);
        });
        if (known == names.end() || !(parameters.*(known->value)).empty() ||
            !is_plain(pair.substr(equals + 1))) {
            return TokenError::bad_url;
        }
        parameters.*(known->value) = pair.substr(equals + 1);
    }
    // No parameter is empty and none came twice: so many are all of them.
    if (found != names.size()) {
        return TokenError::bad_url;
    }
    return parameters;
}

/// 1 to 12 digits without a leading zero: one text for each number.
result<WallTime> read_expiry(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (text.size() > 12 || text.front() < '1' || text.front() > '9' || error != std::errc() ||
        end != text.data() + text.size()) {
        return TokenError::bad_url;
    }
    return WallTime(std::chrono::seconds(seconds));
}

/// Exactly the form that sign writes; parse_uuid takes others too.
result<job::TenantId> read_tenant(std::string_view text) {
    const result<job::TenantId> tenant = job::parse_uuid(text);
    if (!tenant || job::format_uuid(*tenant) != text) {
        return TokenError::bad_url;
    }
    return tenant;
}

Digest256 signature_of(const UrlKey& key, std::string_view method, std::string_view path,
                       const Parameters& parameters) {
    std::string signed_octets;
    ByteWriter writer(signed_octets);
    writer.text("belay-url");
    writer.text(parameters.version);
    writer.text(method == "HEAD" ? "GET" : method);
    writer.text(path);
    writer.text(parameters.expires);
    writer.text(parameters.key);
    writer.text(parameters.object);
    writer.text(parameters.tenant);
    return hmac_sha256(key.secret, as_byte_span(signed_octets));
}

}  // namespace

std::string UrlSigner::sign(std::string_view method, std::string_view path, const UrlGrant& grant,
                            Milliseconds lifetime, WallTime now) const {
    check(lifetime > Milliseconds(0) && lifetime <= lifetime_max, "a URL lives up to 7 days");
    check(is_plain(grant.object) && grant.object.size() <= object_bytes_max,
          "the object needs no encoding");
    const auto expires =
        std::chrono::ceil<std::chrono::seconds>((now + lifetime).time_since_epoch());
    const std::string expires_text = std::to_string(expires.count());
    const std::string tenant = job::format_uuid(grant.tenant);
    const UrlKey& key = keys_.signing();
    Parameters parameters;
    parameters.expires = expires_text;
    parameters.key = key.id;
    parameters.object = grant.object;
    parameters.tenant = tenant;
    parameters.version = version;
    const std::string signature = base64url_encode(signature_of(key, method, path, parameters));
    parameters.signature = signature;
    std::string query;
    for (const Name& name : names) {
        query += query.empty() ? "" : "&";
        query.append(name.name).append("=").append(parameters.*(name.value));
    }
    return query;
}

result<UrlGrant> UrlSigner::verify(std::string_view method, std::string_view path,
                                   std::string_view query, WallTime now) const {
    const result<Parameters> parameters = read_query(query);
    if (!parameters) {
        return parameters.error();
    }
    const result<WallTime> expires = read_expiry(parameters->expires);
    const result<job::TenantId> tenant = read_tenant(parameters->tenant);
    const result<std::string> signature = base64url_decode(parameters->signature);
    if (!expires || !tenant || !signature || parameters->version != version ||
        parameters->object.size() > object_bytes_max) {
        return TokenError::bad_url;
    }
    const UrlKey* key = keys_.find(parameters->key);
    if (key == nullptr || !equal_in_constant_time(signature_of(*key, method, path, *parameters),
                                                  as_byte_span(*signature))) {
        return TokenError::bad_url_signature;
    }
    if (now >= *expires || *expires > now + lifetime_max + clock_leeway) {
        return TokenError::expired_url;
    }
    return UrlGrant{*tenant, std::string(parameters->object)};
}

}  // namespace belay::auth
