#include "core/job/ids.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::job {
namespace {

BOOST_AUTO_TEST_SUITE(ids)

constexpr std::string_view canonical = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b";

BOOST_AUTO_TEST_CASE(every_form_of_go_is_one_id) {
    const Uuid id = parse_uuid(canonical).value();
    BOOST_TEST(format_uuid(id) == canonical);
    for (const std::string_view form :
         {"0189A2C4-5B6D-7E8F-9A0B-1C2D3E4F5A6B", "urn:uuid:0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b",
          "URN:UUID:0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b", "{0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b}",
          "0189a2c45b6d7e8f9a0b1c2d3e4f5a6b"}) {
        BOOST_TEST((parse_uuid(form).value() == id), form);
    }
}

BOOST_AUTO_TEST_CASE(refuses_everything_else) {
    for (const std::string_view bad :
         {"", "x", "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6", "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6g",
          "0189a2c4x5b6d-7e8f-9a0b-1c2d3e4f5a6b", "0189a2c4-5b6d-7e8f-9a0b1c2d3e4f5a6b--",
          "{0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b", "0189a2c45b6d7e8f9a0b1c2d3e4f5a6b0",
          "-0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6", "0189a2c45b6d-7e8f9a0b-1c2d3e4f5a6"}) {
        BOOST_TEST(parse_uuid(bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_CASE(version_7_orders_by_time_and_tells_it) {
    const std::array<std::uint8_t, 10> high{0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xff, 0xff, 0xff, 0xff, 0xff};
    const WallTime early(Milliseconds(1'700'000'000'000));
    const Uuid first = make_uuid_v7(early, high);
    const Uuid second = make_uuid_v7(early + Milliseconds(1), {});
    BOOST_TEST((first < second));
    BOOST_TEST((time_of(first) == early));
    BOOST_TEST(format_uuid(first)[14] == '7');
    BOOST_TEST(format_uuid(first)[19] == 'b');
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::job
