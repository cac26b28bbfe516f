#include "auth/url_keys.hpp"

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"
#include "tests/auth/tokens.hpp"

namespace belay::auth {
namespace {

using namespace auth_test;

BOOST_AUTO_TEST_SUITE(url_keys)

BOOST_AUTO_TEST_CASE(the_file_is_made_once_and_read_back) {
    world::SimDisk disk(6);
    world::SeededEntropy entropy(7);
    const UrlKeyRing made = load_or_make_url_keys(disk, test_time, entropy).value();
    const UrlKeyRing read = load_or_make_url_keys(disk, test_time, entropy).value();
    BOOST_TEST(read.format() == made.format());
    BOOST_TEST(read.keys().size() == 1U);
    BOOST_TEST((read.signing().secret == made.signing().secret));
    BOOST_TEST((read.signing().created == test_time));
    world::write_whole(disk, url_key_file_name, as_byte_span("{}")).value();
    BOOST_TEST(load_or_make_url_keys(disk, test_time, entropy).has_error());
}

BOOST_AUTO_TEST_CASE(the_newest_signs_and_the_last_stays) {
    world::SeededEntropy entropy(8);
    UrlKeyRing ring = UrlKeyRing::make(test_time, entropy);
    const std::string first = ring.signing().id;
    BOOST_TEST(!ring.remove(first));
    ring.rotate(test_time, entropy);
    BOOST_TEST(ring.signing().id != first);
    BOOST_TEST(ring.find(first) != nullptr);
    BOOST_TEST(!ring.remove("unknown"));
    BOOST_TEST(ring.remove(first));
    BOOST_TEST(ring.find(first) == nullptr);
}

BOOST_AUTO_TEST_CASE(damaged_rings_are_refused) {
    world::SeededEntropy entropy(9);
    UrlKeyRing ring = UrlKeyRing::make(test_time, entropy);
    const std::string good = ring.format();
    BOOST_TEST(UrlKeyRing::parse(good).has_value());
    const std::string key = good.substr(good.find("{\"id"), good.find("\n]") - good.find("{\"id"));
    const std::string secret = encode(as_text(ring.signing().secret));
    for (const std::string& bad :
         {std::string(), std::string(R"({"version":1,"keys":[]})"),
          R"({"version":1,"keys":[)" + key + "," + key + "]}",
          R"({"version":1,"keys":[{"id":"a b","secret":")" + secret +
              R"(","created":"2026-11-22T19:00:00Z"}]})",
          std::string(R"({"version":1,"keys":[{"id":"a","secret":"AAAA",)"
                      R"("created":"2026-11-22T19:00:00Z"}]})"),
          R"({"version":1,"keys":[{"id":"a","secret":")" + secret + "\"}]}",
          std::string(R"({"version":1,"keys":[7]})"),
          std::string(R"({"version":"1","keys":[]})")}) {
        BOOST_TEST(UrlKeyRing::parse(bad).has_error(), bad);
    }
    BOOST_TEST(
        (UrlKeyRing::parse(R"({"version":2,"keys":[]})").error().code == Error::newer_format));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
