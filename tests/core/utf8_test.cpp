#include "core/base/utf8.hpp"

#include <boost/test/unit_test.hpp>

namespace belay {
namespace {

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(edges_of_every_length_are_valid) {
    for (const std::string_view good :
         {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
          "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"}) {
        BOOST_TEST(is_valid_utf8(good));
    }
}

BOOST_AUTO_TEST_CASE(overlong_surrogate_cut_and_stray_are_not) {
    for (const std::string_view bad :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x20", "\xe0\x9f\xbf", "\xed\xa0\x80",
          "\xed\xbf\xbf", "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
          "\xff", "a\xc3\xa9\xa9"}) {
        BOOST_TEST(!is_valid_utf8(bad));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
