#include "core/outbox/delivery_log.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "core/base/limits.hpp"

namespace belay::outbox {
namespace {

constexpr WallTime start(Milliseconds(1'795'000'000'000));

Attempt attempt(std::uint32_t number, std::string_view failure = {}) {
    return {job::Uuid{{1}}, "transfer.cancelled", start, 12, number, 500, failure};
}

BOOST_AUTO_TEST_SUITE(delivery_log)

BOOST_AUTO_TEST_CASE(the_newest_first_and_the_oldest_falls_out) {
    DeliveryLog log;
    for (std::uint32_t number = 1; number <= attempts_kept + 5; ++number) {
        log.add(attempt(number));
        BOOST_TEST(log.attempts().front().number == number);
    }
    BOOST_TEST(log.count == attempts_kept);
    BOOST_TEST(log.attempts().back().number == 6U);
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    DeliveryLog log;
    log.tenant = job::Uuid{{9}};
    log.add(attempt(1, "HTTP 500 from subscriber"));
    log.add(attempt(2));
    std::string bytes;
    encode(log, bytes);
    const DeliveryLog read = decode_delivery_log(as_byte_span(bytes)).value();
    BOOST_TEST((read.tenant == log.tenant));
    BOOST_TEST((read.count == 2U && read.storage == log.storage));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = decode_delivery_log(as_byte_span(bytes).first(size));
        BOOST_TEST((cut.error() == Error::corrupt));
    }
}

BOOST_AUTO_TEST_CASE(a_full_log_fits_a_record) {
    const std::string failure(failure_bytes_max, 'x');
    DeliveryLog log;
    for (std::uint32_t number = 1; number <= attempts_kept; ++number) {
        log.add(attempt(number, failure));
    }
    std::string bytes;
    encode(log, bytes);
    BOOST_TEST(bytes.size() < limits::record_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::outbox
