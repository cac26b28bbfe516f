#include "auth/signature.hpp"

#include <openssl/err.h>

#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(signature)

constexpr std::string_view message = "the octets that are signed";

constexpr std::string_view p256_order_hex =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
/// 2^252 + 27742317777372353535851937790883648493, most significant octet first.
constexpr std::string_view ed25519_order_hex =
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";

std::string octets(std::string_view hex) {
    return hex_decode(hex).value();
}

Key public_half(const SigningKey& key, Key::Type type) {
    const std::string first = key.first();
    const std::string second = key.second();
    switch (type) {
        case Key::Type::rsa:
            return Key::rsa(as_byte_span(first), as_byte_span(second)).value();
        case Key::Type::p256:
            return Key::p256(as_byte_span(first), as_byte_span(second)).value();
        case Key::Type::ed25519:
            return Key::ed25519(as_byte_span(first)).value();
        case Key::Type::secret:
            break;
    }
    return Key::secret(std::string(secret_text)).value();
}

Key rsa() {
    return public_half(rsa_key(), Key::Type::rsa);
}

Key p256() {
    return public_half(p256_key(), Key::Type::p256);
}

Key ed25519() {
    return public_half(ed25519_key(), Key::Type::ed25519);
}

bool verify(Algorithm algorithm, const Key& key, std::string_view input, std::string_view made) {
    return verify_signature(algorithm, key, as_byte_span(input), as_byte_span(made));
}

struct Good {
    Algorithm algorithm;
    Key key;
    std::string made;
};

std::vector<Good> all_good() {
    std::vector<Good> good;
    const Key secret = Key::secret(std::string(secret_text)).value();
    for (const Algorithm algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512}) {
        good.push_back(
            {algorithm, secret, sign_with_secret(algorithm, secret, as_byte_span(message))});
    }
    for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::ps256}) {
        good.push_back({algorithm, rsa(), rsa_key().sign(algorithm, message)});
    }
    good.push_back({Algorithm::es256, p256(), p256_key().sign(Algorithm::es256, message)});
    good.push_back({Algorithm::eddsa, ed25519(), ed25519_key().sign(Algorithm::eddsa, message)});
    return good;
}

BOOST_AUTO_TEST_CASE(every_algorithm_takes_its_own_signature) {
    for (const Good& good : all_good()) {
        BOOST_TEST(verify(good.algorithm, good.key, message, good.made), name_of(good.algorithm));
    }
}

BOOST_AUTO_TEST_CASE(no_other_octets_size_message_key_or_algorithm_will_do) {
    const std::vector<Good> all = all_good();
    for (const Good& good : all) {
        const std::string_view name = name_of(good.algorithm);
        for (std::size_t at = 0; at < good.made.size(); ++at) {
            std::string flipped = good.made;
            flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
            BOOST_TEST(!verify(good.algorithm, good.key, message, flipped), name << " at " << at);
        }
        BOOST_TEST(!verify(good.algorithm, good.key, message, ""), name);
        BOOST_TEST(!verify(good.algorithm, good.key, message, good.made.substr(1)), name);
        BOOST_TEST(
            !verify(good.algorithm, good.key, message, good.made.substr(0, good.made.size() / 2)),
            name);
        BOOST_TEST(
            !verify(good.algorithm, good.key, message, good.made.substr(0, good.made.size() - 1)),
            name);
        BOOST_TEST(!verify(good.algorithm, good.key, message, good.made + '\0'), name);
        BOOST_TEST(!verify(good.algorithm, good.key, message, '\0' + good.made), name);
        BOOST_TEST(!verify(good.algorithm, good.key, std::string(message) + " ", good.made), name);
        for (const Good& other : all) {
            if (other.algorithm != good.algorithm) {
                BOOST_TEST(!verify(other.algorithm, good.key, message, good.made), name);
                BOOST_TEST(!verify(other.algorithm, other.key, message, good.made), name);
            }
        }
    }
    BOOST_TEST(!verify(Algorithm::rs256, public_half(foreign_rsa_key(), Key::Type::rsa), message,
                       rsa_key().sign(Algorithm::rs256, message)));
}

BOOST_AUTO_TEST_CASE(es256_numbers_are_in_range) {
    const std::string zero(32, '\0');
    const std::string one = zero.substr(1) + '\1';
    const std::string order = octets(p256_order_hex);
    std::string order_less_one = order;
    order_less_one.back() = 0x50;
    const std::string ones(32, '\xff');
    const std::vector<std::string> numbers{zero, one, order_less_one, order, ones};
    for (const std::string& r : numbers) {
        for (const std::string& s : numbers) {
            BOOST_TEST(!verify(Algorithm::es256, p256(), message, r + s));
        }
    }
    const std::string good = p256_key().sign(Algorithm::es256, message);
    BOOST_TEST(!verify(Algorithm::es256, p256(), message, zero + good.substr(32)));
    BOOST_TEST(!verify(Algorithm::es256, p256(), message, good.substr(0, 32) + zero));
    // 33 octets each, as the numbers plus the order need.
    const std::string over =
        add_big_endian(good.substr(0, 32), order, 33) + add_big_endian(good.substr(32), order, 33);
    BOOST_TEST(!verify(Algorithm::es256, p256(), message, over));
}

BOOST_AUTO_TEST_CASE(es256_is_two_numbers_and_nothing_else) {
    const std::string good = p256_key().sign(Algorithm::es256, message);
    BOOST_TEST(!verify(Algorithm::es256, p256(), message, '\0' + good));                   // 65
    BOOST_TEST(!verify(Algorithm::es256, p256(), message, good.substr(0, 63)));            // 63
    BOOST_TEST(!verify(Algorithm::es256, p256(), message, good + std::string(32, '\0')));  // 96
    BOOST_TEST(!verify(Algorithm::es256, p256(), message,
                       p256_key().sign_raw(Algorithm::es256, message)));  // DER
}

BOOST_AUTO_TEST_CASE(eddsa_takes_the_one_form_of_a_signature) {
    const std::string good = ed25519_key().sign(Algorithm::eddsa, message);
    std::string s(good.rbegin(), good.rbegin() + 32);  // it is little-endian
    s = add_big_endian(s, octets(ed25519_order_hex), 32);
    BOOST_TEST(s.size() == 32U);
    const std::string more = good.substr(0, 32) + std::string(s.rbegin(), s.rend());
    BOOST_TEST(!verify(Algorithm::eddsa, ed25519(), message, more));
    const std::string identity = '\1' + std::string(31, '\0');
    BOOST_TEST(!verify(Algorithm::eddsa, ed25519(), message, identity + std::string(32, '\0')));
    BOOST_TEST(!verify(Algorithm::eddsa, ed25519(), message, std::string(64, '\0')));
}

BOOST_AUTO_TEST_CASE(rsa_numbers_are_below_the_modulus) {
    const std::string modulus = rsa_key().first();
    int fitting = 0;
    // The sum fits in 256 octets only for some signatures: those show the range check at work.
    for (int round = 0; round < 200 && fitting < 2; ++round) {
        const std::string text = std::to_string(round);
        const std::string good = rsa_key().sign(Algorithm::rs256, text);
        const std::string more = add_big_endian(good, modulus, 256);
        fitting += more.size() == 256 ? 1 : 0;
        BOOST_TEST(verify(Algorithm::rs256, rsa(), text, good));
        BOOST_TEST(!verify(Algorithm::rs256, rsa(), text, more));
    }
    const std::string one = std::string(255, '\0') + '\1';
    for (const Algorithm algorithm : {Algorithm::rs256, Algorithm::ps256}) {
        BOOST_TEST(!verify(algorithm, rsa(), message, one));
        BOOST_TEST(!verify(algorithm, rsa(), message, std::string(256, '\0')));
        BOOST_TEST(!verify(algorithm, rsa(), message, modulus));
        BOOST_TEST(!verify(algorithm, rsa(), message, rsa_key().rsa_raw("\1")));
    }
}

BOOST_AUTO_TEST_CASE(a_failure_leaves_openssl_s_error_queue_as_it_was) {
    ERR_clear_error();
    for (const Good& good : all_good()) {
        std::string bad = good.made;
        bad[0] = static_cast<char>(bad[0] ^ 1);
        BOOST_TEST(!verify(good.algorithm, good.key, message, bad));
        BOOST_TEST(ERR_peek_error() == 0U, name_of(good.algorithm));
    }
    const std::string nowhere(32, '\x7f');
    BOOST_TEST(Key::p256(as_byte_span(nowhere), as_byte_span(nowhere)).has_error());
    BOOST_TEST(ERR_peek_error() == 0U);

    ERR_put_error(ERR_LIB_USER, 0, 77, nullptr, 0);  // somebody else's
    BOOST_TEST(!verify(Algorithm::eddsa, ed25519(), message, std::string(64, '\0')));
    BOOST_TEST(ERR_GET_REASON(ERR_get_error()) == 77);
    BOOST_TEST(ERR_peek_error() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
