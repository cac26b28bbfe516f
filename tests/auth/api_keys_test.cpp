#include "auth/api_keys.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

#include "auth/api_key_file.hpp"
#include "core/world/disk_sim.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(api_keys)

struct Fixture {
    world::SimDisk disk{2};
    world::SeededEntropy entropy{3};
    ApiKeyFile file{disk};
    ApiKeyRequest request{.tenant = job::parse_uuid(tenant_text).value(), .scopes = {}};
    world::MonotonicTime now{};

    NewApiKey create() { return file.create(request, test_time, entropy).value(); }
    result<Verified> verify(const std::string& secret) {
        return file.read().value().verify(secret);
    }
    std::string content() {
        return world::read_whole(disk, api_key_file_name, ApiKeySet::json_bytes_max).value();
    }
};

BOOST_FIXTURE_TEST_CASE(a_key_says_what_it_is_and_is_random, Fixture) {
    std::set<std::string> seen;
    for (const bool restricted : {false, true}) {
        for (const Mode mode : {Mode::test, Mode::live}) {
            request.restricted = restricted;
            request.mode = mode;
            const std::string secret = create().secret;
            BOOST_TEST(secret.starts_with(std::string(restricted ? "rk_" : "sk_") +
                                          (mode == Mode::test ? "test_" : "live_")));
            BOOST_TEST(secret.size() == 8U + 32U);
            BOOST_TEST(looks_like_api_key(secret));
            BOOST_TEST(seen.insert(secret.substr(8)).second);
            BOOST_TEST((verify(secret).value().principal.mode == mode));
        }
    }
    BOOST_TEST(!looks_like_api_key(hmac_token(secret_text, R"({"alg":"HS256"})", "{}")));
}

BOOST_FIXTURE_TEST_CASE(a_key_makes_a_principal, Fixture) {
    const NewApiKey made = create();
    const Verified verified = verify(made.secret).value();
    BOOST_TEST((verified.principal.tenant == request.tenant));
    BOOST_TEST(verified.principal.subject == "api-key:" + job::format_uuid(made.key.id));
    BOOST_TEST((verified.principal.credential == Credential::api_key));
    BOOST_TEST(verified.principal.scopes.has("batches:write"));
    BOOST_TEST(!verified.principal.scopes.has("admin"));
    BOOST_TEST((verified.valid_until == WallTime::max()));
}

BOOST_FIXTURE_TEST_CASE(scopes_are_those_listed, Fixture) {
    request.restricted = true;
    BOOST_TEST(!verify(create().secret).value().principal.scopes.has("exports:read"));
    request.scopes = std::vector<std::string>{"exports:read"};
    const Principal restricted = verify(create().secret).value().principal;
    BOOST_TEST(restricted.scopes.has("exports:read"));
    BOOST_TEST(!restricted.scopes.has("exports:write"));
    request.restricted = false;
    request.scopes = std::vector<std::string>{"admin"};
    BOOST_TEST(verify(create().secret).value().principal.scopes.has("admin"));
}

BOOST_FIXTURE_TEST_CASE(only_the_whole_key_is_the_key, Fixture) {
    const std::string secret = create().secret;
    BOOST_TEST((verify("").error() == TokenError::unknown_api_key));
    BOOST_TEST((verify(secret.substr(0, 39)).error() == TokenError::unknown_api_key));
    BOOST_TEST((verify(secret + "0").error() == TokenError::unknown_api_key));
    BOOST_TEST((verify("sk_live_" + secret.substr(8)).error() == TokenError::unknown_api_key));
    std::string other = secret;
    other.back() = other.back() == '0' ? '1' : '0';
    BOOST_TEST((verify(other).error() == TokenError::unknown_api_key));
}

BOOST_FIXTURE_TEST_CASE(the_file_holds_no_key_and_survives_being_read, Fixture) {
    const std::string secret = create().secret;
    request.restricted = true;
    request.scopes = std::vector<std::string>{"exports:read", "batches:read"};
    request.mode = Mode::live;
    file.revoke(create().key.id, test_time + Milliseconds(5)).value();
    const std::string text = content();
    BOOST_TEST(text.find(secret.substr(8)) == std::string::npos);
    BOOST_TEST((ApiKeySet::parse(text).value().format() == text));
}

BOOST_FIXTURE_TEST_CASE(revoking_is_final_and_keeps_its_first_time, Fixture) {
    const NewApiKey made = create();
    const NewApiKey kept = create();
    const ApiKey revoked = file.revoke(made.key.id, test_time).value();
    BOOST_TEST((revoked.revoked == test_time));
    BOOST_TEST((verify(made.secret).error() == TokenError::revoked_api_key));
    BOOST_TEST(verify(kept.secret).has_value());
    BOOST_TEST(
        (file.revoke(made.key.id, test_time + Milliseconds(1)).value().revoked == test_time));
    BOOST_TEST((file.revoke(request.tenant, test_time).error().code == Error::not_found));
    BOOST_TEST(file.read().value().keys().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(two_commands_at_once_lose_nothing, Fixture) {
    const auto other = disk.other_process();
    auto held = other->lock("api_keys.lock").value();
    BOOST_TEST((file.create(request, test_time, entropy).error().code == Error::locked));
    BOOST_TEST((file.revoke(request.tenant, test_time).error().code == Error::locked));
    held.reset();
    create();
    ApiKeyFile(*other).create(request, test_time, entropy).value();
    BOOST_TEST(file.read().value().keys().size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_crash_in_the_midst_leaves_the_old_file_or_the_new, Fixture) {
    const std::string first = create().secret;
    for (std::uint64_t at = 1; at < 12; ++at) {
        const auto copy = disk.clone(at);
        copy->crash_at(at);
        const auto made = ApiKeyFile(*copy).create(request, test_time, entropy);
        copy->power_loss(at);
        copy->restart();
        const ApiKeySet after = ApiKeyFile(*copy).read().value();
        BOOST_TEST(after.verify(first).has_value());
        if (made) {
            BOOST_TEST(after.verify(made->secret).has_value());
        }
    }
}

BOOST_FIXTURE_TEST_CASE(damaged_files_are_refused, Fixture) {
    const std::string secret = create().secret;
    const std::string text = content();
    const auto replaced = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        const std::size_t at = changed.find(from);
        BOOST_TEST_REQUIRE(at != std::string::npos, from);
        return changed.replace(at, from.size(), to);
    };
    for (const std::string& bad :
         {std::string(), std::string("[]"), text.substr(0, text.size() / 2),
          replaced("\"version\": 1", "\"version\": \"1\""), replaced("\"mode\"", "\"Mode\""),
          replaced("\"test\"", "\"prod\""), replaced("\"restricted\":false", "\"restricted\":0"),
          replaced("\"restricted\":false", "\"restricted\":true"),
          replaced("\"scopes\":null", "\"scopes\":\"admin\""),
          replaced("\"scopes\":null", "\"scopes\":[7]"),
          replaced("\"revoked\":null", "\"revoked\":\"yesterday\""),
          replaced("\"revoked\":null", "\"revoked\":null,\"note\":1"),
          replaced(",\"revoked\":null", ""), replaced("\"sha256\":\"", "\"sha256\":\"00"),
          replaced("\n]",
                   ",\n" + text.substr(text.find("{\"id"), text.find("\n]") - text.find("{\"id")) +
                       "\n]")}) {
        BOOST_TEST(ApiKeySet::parse(bad).has_error(), bad);
    }
    BOOST_TEST((ApiKeySet::parse(replaced("\"version\": 1", "\"version\": 2")).error().code ==
                Error::newer_format));
}

BOOST_FIXTURE_TEST_CASE(a_running_server_follows_the_file, Fixture) {
    const auto source = ApiKeySource::open(disk, now).value();
    Published<ApiKeySet>::View view(source->published());
    BOOST_TEST(view.value().keys().empty());

    const NewApiKey made = create();
    now += WatchedFile::interval;
    BOOST_TEST(source->poll(now).value());
    view.refresh();
    BOOST_TEST(view.value().verify(made.secret).has_value());

    world::write_whole(disk, api_key_file_name, as_byte_span("{")).value();
    now += WatchedFile::interval;
    BOOST_TEST(source->poll(now).has_error());
    view.refresh();
    BOOST_TEST(view.value().verify(made.secret).has_value());

    disk.remove(api_key_file_name).value();
    now += WatchedFile::interval;
    BOOST_TEST(source->poll(now).value());
    view.refresh();
    BOOST_TEST(view.value().verify(made.secret).has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
