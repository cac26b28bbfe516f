#include "core/base/base64.hpp"

#include <boost/test/unit_test.hpp>

namespace belay {
namespace {

BOOST_AUTO_TEST_SUITE(base64)

// RFC 4648 section 10.
BOOST_AUTO_TEST_CASE(published_vectors) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, coded] : vectors) {
        BOOST_TEST(base64_encode(as_byte_span(plain)) == coded);
        BOOST_TEST(base64_decode(coded).value() == plain);
    }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_not_canonical) {
    for (const std::string_view bad :
         {"Zg=", "Zg", "Zh==", "Z===", "====", "Zm9v Zm9v", "Zm9-", "Zg==Zg==", "=Zg=", "Zm9v\n"}) {
        BOOST_TEST(base64_decode(bad).has_error(), bad);
    }
    for (const std::string_view bad : {"Zg==", "Zh", "Z", "Zm9+", "Zm 9"}) {
        BOOST_TEST(base64url_decode(bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_CASE(url_alphabet_has_no_padding) {
    const std::string bytes = "\xfb\xff\xfe";
    BOOST_TEST(base64url_encode(as_byte_span(bytes)) == "-__-");
    BOOST_TEST(base64url_decode("-__-").value() == bytes);
    BOOST_TEST(base64url_decode("Zg").value() == "f");
}

BOOST_AUTO_TEST_CASE(hex_goes_both_ways) {
    BOOST_TEST(hex_encode(as_byte_span("\x01\xaf")) == "01af");
    BOOST_TEST(hex_decode("01AF").value() == "\x01\xaf");
    BOOST_TEST(hex_decode("0").has_error());
    BOOST_TEST(hex_decode("0g").has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
