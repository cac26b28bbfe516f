#include "auth/authenticator.hpp"

#include <boost/test/unit_test.hpp>

#include "auth/jws.hpp"
#include "core/world/disk_sim.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(authenticator)

const std::string token = hmac_token(secret_text, R"({"alg":"HS256"})", good_payload());

struct Fixture {
    Fixture() {
        write("secret", secret_text);
        write("jwks", jwks(p256_key().jwk("")));
        keys =
            KeySource::open(FilePlace{&disk, "secret"}, FilePlace{&disk, "jwks"}, clock.monotonic())
                .value();
        made = ApiKeyFile(disk)
                   .create({.tenant = job::parse_uuid(tenant_text).value(), .scopes = {}},
                           test_time, entropy)
                   .value();
        api_keys = ApiKeySource::open(disk, clock.monotonic()).value();
        authenticator = std::make_unique<Authenticator>(*keys, *api_keys, clock, entropy,
                                                        AuthenticatorSettings{});
    }

    void write(std::string_view path, std::string_view content) {
        world::write_whole(disk, path, as_byte_span(content)).value();
    }

    const Principal* authenticate(const std::string& header) {
        return authenticator->authenticate(header);
    }

    boost::system::error_code fault(const std::string& header) {
        BOOST_TEST(authenticate(header) == nullptr, header);
        return authenticator->last_error();
    }

    world::SimDisk disk{4};
    world::SeededEntropy entropy{5};
    world::ManualClock clock{test_time};
    std::unique_ptr<KeySource> keys;
    std::unique_ptr<ApiKeySource> api_keys;
    NewApiKey made;
    std::unique_ptr<Authenticator> authenticator;
};

BOOST_FIXTURE_TEST_CASE(takes_a_bearer_token_of_either_kind, Fixture) {
    for (const std::string before : {"Bearer ", "bearer ", "BEARER ", "BeArEr   "}) {
        const Principal* principal = authenticate(before + token);
        BOOST_TEST_REQUIRE(principal != nullptr, before);
        BOOST_TEST(principal->subject == "user-1");
        BOOST_TEST(!authenticator->last_error());
        const Principal* account = authenticate(before + made.secret);
        BOOST_TEST_REQUIRE(account != nullptr, before);
        BOOST_TEST((account->credential == Credential::api_key));
    }
}

BOOST_FIXTURE_TEST_CASE(says_why_not_to_the_log, Fixture) {
    BOOST_TEST((fault("") == TokenError::no_credential));
    for (const std::string header : {"Bearer", "Bearer ", "Bearer\t", "Basic dTpw", "Bearerx y",
                                     "Token t", " Bearer t", "B"}) {
        BOOST_TEST((fault(header + (header == "Bearer\t" ? token : "")) == TokenError::not_bearer),
                   header);
    }
    BOOST_TEST((fault(token) == TokenError::not_bearer));
    BOOST_TEST((fault("Bearer " + token + " ") == TokenError::not_compact));
    BOOST_TEST((fault("Bearer " + token + "," + token) == TokenError::not_compact));
    BOOST_TEST((fault("Bearer " + std::string(token_bytes_max + 1, 'x')) == TokenError::too_long));
    BOOST_TEST(
        (fault("Bearer sk_test_00000000000000000000000000000000") == TokenError::unknown_api_key));
    BOOST_TEST(
        (fault("Bearer " + hmac_token("another secret of more than 32 octets", R"({"alg":"HS256"})",
                                      good_payload())) == TokenError::bad_signature));
    BOOST_TEST(authenticate("Bearer " + token) != nullptr);
    BOOST_TEST(!authenticator->last_error());
}

BOOST_FIXTURE_TEST_CASE(a_known_token_is_the_same_principal_until_it_expires, Fixture) {
    const Principal* first = authenticate("Bearer " + token);
    BOOST_TEST(authenticate("Bearer " + token) == first);
    clock.advance(std::chrono::seconds(3600 + 60) - Milliseconds(1));  // exp and the leeway
    BOOST_TEST(authenticate("Bearer " + token) == first);
    clock.advance(Milliseconds(1));
    BOOST_TEST((fault("Bearer " + token) == TokenError::expired));
}

BOOST_FIXTURE_TEST_CASE(a_key_that_left_the_file_ends_its_tokens_at_once, Fixture) {
    const std::string by_p256 =
        "Bearer " + token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256"})", good_payload());
    BOOST_TEST(authenticate(by_p256) != nullptr);
    write("jwks", jwks(rsa_key().jwk("")));
    clock.advance(WatchedFile::interval);
    BOOST_TEST(keys->poll(clock.monotonic()).value());
    BOOST_TEST((fault(by_p256) == TokenError::unknown_key));
    BOOST_TEST(authenticate("Bearer " + token) != nullptr);
}

BOOST_FIXTURE_TEST_CASE(a_revoked_api_key_ends_at_once, Fixture) {
    BOOST_TEST(authenticate("Bearer " + made.secret) != nullptr);
    ApiKeyFile(disk).revoke(made.key.id, test_time).value();
    clock.advance(WatchedFile::interval);
    BOOST_TEST(api_keys->poll(clock.monotonic()).value());
    BOOST_TEST((fault("Bearer " + made.secret) == TokenError::revoked_api_key));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
