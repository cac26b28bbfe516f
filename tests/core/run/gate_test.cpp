#include "core/run/gate.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::run {
namespace {

BOOST_AUTO_TEST_SUITE(gate)

BOOST_AUTO_TEST_CASE(an_empty_gate_reports_at_once_and_admits_nobody_more) {
    Gate gate;
    int reports = 0;
    gate.close([&] { ++reports; });
    BOOST_TEST(reports == 1);
    BOOST_TEST(!gate.enter());
}

BOOST_AUTO_TEST_CASE(the_last_one_out_reports) {
    Gate gate;
    int reports = 0;
    BOOST_TEST(gate.enter());
    BOOST_TEST(gate.enter());
    gate.leave();
    BOOST_TEST(gate.enter());
    gate.close([&] { ++reports; });
    BOOST_TEST(!gate.enter());
    gate.leave();
    BOOST_TEST(reports == 0);
    gate.leave();
    BOOST_TEST(reports == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::run
