#include "http/wire/query.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

namespace belay::wire {
namespace {

BOOST_AUTO_TEST_SUITE(query)

BOOST_AUTO_TEST_CASE(pairs_are_divided_and_decoded) {
    const Query parsed = Query::parse("a=1&b=%20c+d%2B&e&=f&&a=2&g=h=i&%C3%A9=%26").value();
    BOOST_TEST(parsed.parameters().size() == 7U);
    BOOST_TEST(*parsed.value("a") == "1");
    BOOST_TEST(*parsed.value("b") == " c d+");
    BOOST_TEST(*parsed.value("e") == "");
    BOOST_TEST(*parsed.value("") == "f");
    BOOST_TEST(*parsed.value("g") == "h=i");
    BOOST_TEST(*parsed.value("\xc3\xa9") == "&");
    BOOST_TEST(!parsed.value("z").has_value());
    BOOST_TEST(parsed.repeated("a"));
    BOOST_TEST(!parsed.repeated("b"));
    BOOST_TEST(*parsed.first_repeated() == "a");
    BOOST_TEST(!Query::parse("")->first_repeated().has_value());
    // A name that is the same only after decoding is the same.
    BOOST_TEST(Query::parse("a=1&%61=2")->repeated("a"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_decoded_is_malformed) {
    for (const char* bad : {"a=%", "a=%1", "a=%g1", "%zz=1", "a=%00", "a=%ff", "a=%ed%a0%80"}) {
        BOOST_TEST((Query::parse(bad).error() == Error::malformed), bad);
    }
    std::string many = "a";
    for (std::size_t at = 1; at < query_parameters_max; ++at) {
        many += "&a";
    }
    BOOST_TEST(Query::parse(many)->parameters().size() == query_parameters_max);
    BOOST_TEST((Query::parse(many + "&a").error() == Error::too_large));
}

BOOST_AUTO_TEST_CASE(a_path_segment_keeps_its_slashes_inside) {
    std::string scratch;
    BOOST_TEST(*decode_path_segment("plain", scratch) == "plain");
    BOOST_TEST(*decode_path_segment("a%2Fb%2f", scratch) == "a/b/");
    BOOST_TEST(*decode_path_segment("a+b", scratch) == "a+b");
    BOOST_TEST(*decode_path_segment("%2e%2E", scratch) == "..");
    BOOST_TEST(*decode_path_segment("%C3%A9", scratch) == "\xc3\xa9");
    // Decoded once, not twice.
    BOOST_TEST(*decode_path_segment("%252F", scratch) == "%2F");
    for (const char* bad : {"%", "a%2", "%00", "%ff", "%c3", "%zz"}) {
        BOOST_TEST((decode_path_segment(bad, scratch).error() == Error::malformed), bad);
    }
}

BOOST_AUTO_TEST_CASE(encoding_is_undone_by_decoding) {
    std::string all;
    for (int code = 1; code < 128; ++code) {
        all.push_back(static_cast<char>(code));
    }
    std::string encoded;
    append_percent_encoded(encoded, all);
    std::string scratch;
    BOOST_TEST(*decode_path_segment(encoded, scratch) == all);
    BOOST_TEST(*Query::parse("v=" + encoded)->value("v") == all);
    encoded.clear();
    append_percent_encoded(encoded, "aZ9-._~ /\xc3");
    BOOST_TEST(encoded == "aZ9-._~%20%2F%C3");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
