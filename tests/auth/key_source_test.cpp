#include "auth/key_source.hpp"

#include <boost/test/unit_test.hpp>

#include "auth/jws.hpp"
#include "core/world/disk_sim.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(key_source)

struct Fixture {
    world::SimDisk disk{1};
    world::MonotonicTime now{};

    void write(std::string_view path, std::string_view content) {
        world::write_whole(disk, path, as_byte_span(content)).value();
    }

    FilePlace at(std::string path) { return {&disk, std::move(path)}; }

    std::unique_ptr<KeySource> open_both() {
        write("secret", std::string(secret_text) + "\n");
        write("jwks", jwks(p256_key().jwk(R"("kid":"p",)")));
        return KeySource::open(at("secret"), at("jwks"), now).value();
    }

    void pass_interval() { now += WatchedFile::interval; }
};

const std::string by_p256 =
    token_by(p256_key(), Algorithm::es256, R"({"alg":"ES256","kid":"p"})", good_payload());
const std::string by_rsa =
    token_by(rsa_key(), Algorithm::rs256, R"({"alg":"RS256","kid":"r"})", good_payload());
const std::string by_secret = hmac_token(secret_text, R"({"alg":"HS256"})", good_payload());

BOOST_FIXTURE_TEST_CASE(serves_the_secret_and_the_file, Fixture) {
    const auto source = open_both();
    const Published<KeySet>::View view(source->published());
    BOOST_TEST(verify_jws(by_p256, view.value()).has_value());
    BOOST_TEST(verify_jws(by_secret, view.value()).has_value());
    BOOST_TEST(verify_jws(by_rsa, view.value()).has_error());
}

BOOST_FIXTURE_TEST_CASE(either_may_be_absent, Fixture) {
    open_both();
    const auto secret_only = KeySource::open(at("secret"), std::nullopt, now).value();
    BOOST_TEST(verify_jws(by_secret, Published<KeySet>::View(secret_only->published()).value())
                   .has_value());
    BOOST_TEST(!secret_only->poll(now).value());
    const auto file_only = KeySource::open(std::nullopt, at("jwks"), now).value();
    BOOST_TEST(
        verify_jws(by_secret, Published<KeySet>::View(file_only->published()).value()).has_error());
    const auto none = KeySource::open(std::nullopt, std::nullopt, now).value();
    BOOST_TEST(
        verify_jws(by_secret, Published<KeySet>::View(none->published()).value()).has_error());
}

BOOST_FIXTURE_TEST_CASE(a_changed_file_is_in_force_after_the_next_look, Fixture) {
    const auto source = open_both();
    Published<KeySet>::View view(source->published());
    const std::uint64_t before = view.generation();
    write("jwks", jwks(rsa_key().jwk(R"("kid":"r",)")));
    BOOST_TEST(!source->poll(now).value());  // too early to look
    view.refresh();
    BOOST_TEST(view.generation() == before);

    pass_interval();
    BOOST_TEST(source->poll(now).value());
    view.refresh();
    BOOST_TEST(view.generation() > before);
    BOOST_TEST(verify_jws(by_rsa, view.value()).has_value());
    BOOST_TEST(verify_jws(by_p256, view.value()).has_error());  // it left the file
    BOOST_TEST(verify_jws(by_secret, view.value()).has_value());

    const std::uint64_t after = view.generation();
    pass_interval();
    BOOST_TEST(!source->poll(now).value());  // the same octets
    view.refresh();
    BOOST_TEST(view.generation() == after);
}

BOOST_FIXTURE_TEST_CASE(a_broken_or_missing_file_leaves_the_old_keys_and_is_told_once, Fixture) {
    const auto source = open_both();
    Published<KeySet>::View view(source->published());
    const std::uint64_t before = view.generation();
    write("jwks", "{\"keys\":[");
    pass_interval();
    BOOST_TEST(source->poll(now).has_error());
    pass_interval();
    BOOST_TEST(!source->poll(now).value());

    disk.remove("jwks").value();
    pass_interval();
    const explained<bool> missing = source->poll(now);
    BOOST_TEST_REQUIRE(missing.has_error());
    BOOST_TEST((missing.error().code == boost::system::errc::no_such_file_or_directory));
    BOOST_TEST(missing.error().what.starts_with("jwks: "));
    pass_interval();
    BOOST_TEST(!source->poll(now).value());
    view.refresh();
    BOOST_TEST(view.generation() == before);
    BOOST_TEST(verify_jws(by_p256, view.value()).has_value());

    write("jwks", jwks(rsa_key().jwk(R"("kid":"r",)")));
    pass_interval();
    BOOST_TEST(source->poll(now).value());
}

BOOST_FIXTURE_TEST_CASE(does_not_open_without_what_it_was_told_to_read, Fixture) {
    open_both();
    BOOST_TEST(KeySource::open(at("absent"), std::nullopt, now).has_error());
    BOOST_TEST(KeySource::open(std::nullopt, at("absent"), now).has_error());
    write("jwks", "not json");
    const auto refused = KeySource::open(std::nullopt, at("jwks"), now);
    BOOST_TEST_REQUIRE(refused.has_error());
    BOOST_TEST(refused.error().what.starts_with("jwks: "));
    write("jwks", std::string(KeySet::json_bytes_max + 1, ' '));
    BOOST_TEST((KeySource::open(std::nullopt, at("jwks"), now).error().code == Error::too_large));
}

BOOST_FIXTURE_TEST_CASE(a_secret_file_has_32_octets_beside_its_line_end, Fixture) {
    const std::string octets(secret_text.substr(0, 32));
    for (const std::string& good : {octets, octets + "\n", octets + "\r\n"}) {
        write("secret", good);
        const explained<Key> key = read_secret_file(at("secret"));
        BOOST_TEST_REQUIRE(key.has_value());
        BOOST_TEST((as_text(key->secret_octets()) == octets));
    }
    for (const std::string& bad : {std::string(), octets.substr(1), octets.substr(1) + "\n"}) {
        write("secret", bad);
        BOOST_TEST(read_secret_file(at("secret")).has_error());
    }
}

BOOST_FIXTURE_TEST_CASE(a_secret_is_made_once, Fixture) {
    world::SeededEntropy entropy(7);
    BOOST_TEST(make_secret_file(at("new"), entropy).value());
    const std::string first(as_text(read_secret_file(at("new")).value().secret_octets()));
    BOOST_TEST(first.size() == 64U);
    BOOST_TEST(!make_secret_file(at("new"), entropy).value());
    BOOST_TEST((as_text(read_secret_file(at("new")).value().secret_octets()) == first));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
