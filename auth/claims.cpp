#include "auth/claims.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "core/base/check.hpp"
#include "core/json/json.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr JsonLimits json_limits{.depth_max = 16};
constexpr std::size_t subject_bytes_max = 256;
constexpr std::size_t scopes_max = 64;
constexpr double seconds_max = 253'402'300'800.0;  // 10000-01-01T00:00:00Z

/// RFC 7519 section 2, NumericDate.
result<WallTime> read_date(const json::value& claim) {
    double seconds = 0;
    if (claim.is_double()) {
        seconds = claim.get_double();
    } else if (claim.is_int64()) {
        seconds = static_cast<double>(claim.get_int64());
    } else if (claim.is_uint64()) {
        seconds = static_cast<double>(claim.get_uint64());
    } else {
        return TokenError::bad_claim;
    }
    if (!(seconds >= 0 && seconds < seconds_max)) {
        return TokenError::bad_claim;
    }
    return WallTime(Milliseconds(static_cast<std::int64_t>(std::floor(seconds * 1000))));
}

/// The time until which the token is good.
result<WallTime> read_dates(const json::object& claims, Milliseconds leeway, WallTime now) {
    const json::value* expiry = claims.if_contains("exp");
    if (expiry == nullptr) {
        return TokenError::bad_claim;
    }
    const result<WallTime> expires = read_date(*expiry);
    if (!expires) {
        return expires.error();
    }
    const json::value* issued = claims.if_contains("iat");
    if (issued != nullptr && !read_date(*issued)) {
        return TokenError::bad_claim;
    }
    if (const json::value* begin = claims.if_contains("nbf")) {
        const result<WallTime> begins = read_date(*begin);
        if (!begins) {
            return begins.error();
        }
        if (now < *begins - leeway) {
            return TokenError::not_yet_valid;
        }
    }
    const WallTime until = *expires + leeway;
    if (now >= until) {
        return TokenError::expired;
    }
    return until;
}

result<void> check_issuer(const json::object& claims, const std::string& issuer) {
    if (issuer.empty()) {
        return {};
    }
    const json::value* claim = claims.if_contains("iss");
    if (claim == nullptr || !claim->is_string() ||
        std::string_view(claim->get_string()) != issuer) {
        return TokenError::wrong_issuer;
    }
    return {};
}

result<void> check_audience(const json::object& claims, const std::string& audience) {
    const json::value* claim = claims.if_contains("aud");
    if (claim == nullptr) {
        return audience.empty() ? result<void>() : TokenError::wrong_audience;
    }
    bool named = false;
    const auto look = [&](const json::value& entry) {
        named = named || (entry.is_string() && std::string_view(entry.get_string()) == audience);
        return entry.is_string();
    };
    const json::array* entries = claim->if_array();
    const bool well_formed =
        entries == nullptr ? look(*claim) : std::all_of(entries->begin(), entries->end(), look);
    if (!well_formed) {
        return TokenError::bad_claim;
    }
    return named || audience.empty() ? result<void>() : TokenError::wrong_audience;
}

result<job::TenantId> read_tenant(const json::object& claims) {
    std::optional<job::TenantId> tenant;
    for (const std::string_view name : {"tenantId", "tenant_id"}) {
        const json::value* claim = claims.if_contains(name);
        if (claim == nullptr) {
            continue;
        }
        const result<job::TenantId> id =
            claim->is_string() ? job::parse_uuid(claim->get_string()) : Error::malformed;
        if (!id || id->is_nil() || (tenant && *tenant != *id)) {
            return TokenError::bad_claim;
        }
        tenant = *id;
    }
    return tenant ? result<job::TenantId>(*tenant) : TokenError::bad_claim;
}

bool is_control(char character) {
    const auto octet = static_cast<unsigned char>(character);
    return octet < 0x20 || octet == 0x7f;
}

result<std::string> read_subject(const json::object& claims) {
    const json::value* claim = claims.if_contains("sub");
    if (claim == nullptr || !claim->is_string()) {
        return TokenError::bad_claim;
    }
    const std::string_view subject = claim->get_string();
    if (subject.empty() || subject.size() > subject_bytes_max ||
        std::any_of(subject.begin(), subject.end(), is_control)) {
        return TokenError::bad_claim;
    }
    return std::string(subject);
}

bool is_scope_character(char character) {
    return character > 0x20 && character < 0x7f && character != '"' && character != '\\';
}

result<Scopes> read_scopes(const json::object& claims) {
    const json::value* claim = claims.if_contains("scope");
    if (claim == nullptr) {
        return Scopes::all_but_admin();
    }
    if (!claim->is_string()) {
        return TokenError::bad_claim;
    }
    std::vector<std::string> names;
    std::string_view rest = claim->get_string();
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        if (!std::all_of(name.begin(), name.end(), is_scope_character)) {
            return TokenError::bad_claim;
        }
        if (!name.empty()) {
            names.emplace_back(name);
        }
    }
    if (names.size() > scopes_max) {
        return TokenError::bad_claim;
    }
    return Scopes::listed(std::move(names));
}

result<Mode> read_mode(const json::object& claims) {
    const json::value* claim = claims.if_contains("livemode");
    if (claim == nullptr) {
        return Mode::live;
    }
    if (!claim->is_bool()) {
        return TokenError::bad_claim;
    }
    return claim->get_bool() ? Mode::live : Mode::test;
}

result<Principal> read_principal(const json::object& claims) {
    const result<job::TenantId> tenant = read_tenant(claims);
    if (!tenant) {
        return tenant.error();
    }
    const result<std::string> subject = read_subject(claims);
    if (!subject) {
        return subject.error();
    }
    const result<Scopes> scopes = read_scopes(claims);
    if (!scopes) {
        return scopes.error();
    }
    const result<Mode> mode = read_mode(claims);
    if (!mode) {
        return mode.error();
    }
    return Principal{*tenant, *subject, *scopes, *mode, Credential::token};
}

}  // namespace

result<Verified> read_claims(std::string_view payload, const ClaimRules& rules, WallTime now) {
    check(rules.leeway >= Milliseconds(0) && rules.leeway <= ClaimRules::leeway_max,
          "the leeway is 0 to 60 s");
    const auto document = parse_json(payload, json_limits);
    const json::object* claims = document ? document->if_object() : nullptr;
    if (claims == nullptr) {
        return TokenError::bad_payload;
    }
    const result<WallTime> until = read_dates(*claims, rules.leeway, now);
    if (!until) {
        return until.error();
    }
    if (const result<void> issuer = check_issuer(*claims, rules.issuer); !issuer) {
        return issuer.error();
    }
    if (const result<void> audience = check_audience(*claims, rules.audience); !audience) {
        return audience.error();
    }
    result<Principal> principal = read_principal(*claims);
    if (!principal) {
        return principal.error();
    }
    return Verified{std::move(*principal), *until};
}

std::string write_claims(const TokenRequest& request, WallTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto lifetime = std::chrono::floor<std::chrono::seconds>(request.lifetime).count();
    json::object claims;
    claims["tenantId"] = job::format_uuid(request.tenant);
    claims["sub"] = request.subject;
    claims["iat"] = seconds;
    claims["exp"] = seconds + lifetime;
    if (request.scopes) {
        std::string joined;
        for (const std::string& scope : *request.scopes) {
            joined += joined.empty() ? scope : " " + scope;
        }
        claims["scope"] = joined;
    }
    if (request.mode == Mode::test) {
        claims["livemode"] = false;
    }
    if (!request.issuer.empty()) {
        claims["iss"] = request.issuer;
    }
    if (!request.audience.empty()) {
        claims["aud"] = request.audience;
    }
    return json::serialize(claims);
}

}  // namespace belay::auth
