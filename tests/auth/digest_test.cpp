#include "auth/digest.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"

namespace belay::auth {
namespace {

BOOST_AUTO_TEST_SUITE(digest)

// FIPS 180-4's examples.
constexpr std::string_view of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

BOOST_AUTO_TEST_CASE(knows_the_standard_examples) {
    BOOST_TEST(hex_encode(sha256({})) == of_nothing);
    BOOST_TEST(hex_encode(sha256(as_byte_span("abc"))) == of_abc);
}

BOOST_AUTO_TEST_CASE(pieces_make_the_whole_and_the_next_message_begins_anew) {
    Sha256 hash;
    for (const std::string_view piece : {"a", "", "bc"}) {
        hash.update(as_byte_span(piece));
    }
    BOOST_TEST(hex_encode(hash.finish()) == of_abc);
    BOOST_TEST(hex_encode(hash.finish()) == of_nothing);
    hash.update(as_byte_span("abc"));
    BOOST_TEST(hex_encode(hash.finish()) == of_abc);
}

BOOST_AUTO_TEST_CASE(hmac_of_rfc_4231) {
    // Test case 2.
    BOOST_TEST(hex_encode(hmac_sha256(as_byte_span("Jefe"),
                                      as_byte_span("what do ya want for nothing?"))) ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

BOOST_AUTO_TEST_CASE(compares_whole_values_only) {
    BOOST_TEST(equal_in_constant_time(as_byte_span("secret"), as_byte_span("secret")));
    BOOST_TEST(!equal_in_constant_time(as_byte_span("secret"), as_byte_span("secreT")));
    BOOST_TEST(!equal_in_constant_time(as_byte_span("secret"), as_byte_span("secre")));
    BOOST_TEST(!equal_in_constant_time(as_byte_span("secret"), {}));
    BOOST_TEST(equal_in_constant_time({}, {}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
