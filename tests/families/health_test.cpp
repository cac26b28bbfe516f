#include "http/admin/health.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::admin {
namespace {

HealthCheck check_of(std::string name, bool critical, HealthStatus status) {
    return {std::move(name), critical, [status] { return status; }};
}

BOOST_AUTO_TEST_SUITE(health)

BOOST_AUTO_TEST_CASE(what_is_critical_decides_and_the_rest_degrades) {
    using enum HealthStatus;
    for (const HealthStatus critical : {up, degraded, down}) {
        for (const HealthStatus other : {up, degraded, down}) {
            const std::vector<HealthCheck> checks{check_of("a", true, critical),
                                                  check_of("b", false, other)};
            std::string page;
            const HealthStatus expected = critical != up ? down : (other != up ? degraded : up);
            BOOST_TEST((append_health(checks, Milliseconds(5000), page) == expected), page);
            BOOST_TEST(page == "{\"status\":\"" + std::string(name_of(expected)) +
                                   "\",\"checks\":{\"a\":{\"status\":\"" +
                                   std::string(name_of(critical)) +
                                   "\",\"critical\":true},\"b\":{\"status\":\"" +
                                   std::string(name_of(other)) +
                                   "\",\"critical\":false}},\"timeoutMs\":5000}");
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::admin
