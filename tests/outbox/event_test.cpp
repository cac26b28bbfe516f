#include "core/outbox/event.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::outbox {
namespace {

constexpr WallTime start(Milliseconds(1'795'000'000'000));

Event sample() {
    Event event;
    event.tenant = job::Uuid{{1}};
    event.subject = {job::Kind{21}, job::Uuid{{2}}};
    event.order = {7, 1};
    event.name = "transfer.cancelled";
    event.body = R"({"event":"transfer.cancelled"})";
    BOOST_REQUIRE(event.add({job::Uuid{{3}}, DeliveryState::waiting, 2, 1, start}));
    BOOST_REQUIRE(event.add({job::Uuid{{4}}, DeliveryState::delivered, 1, 0, start}));
    return event;
}

BOOST_AUTO_TEST_SUITE(outbox_event)

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    encode(sample(), bytes);
    Event read = decode_event(as_byte_span(bytes)).value();
    BOOST_TEST((read.subject == sample().subject));
    BOOST_TEST((read.order == sample().order));
    BOOST_TEST(read.body == sample().body);
    BOOST_TEST((read.deliveries()[0] == sample().deliveries()[0]));
    std::string again;
    encode(read, again);
    BOOST_TEST(again == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_event(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
}

BOOST_AUTO_TEST_CASE(settled_when_nobody_waits) {
    Event event = sample();
    BOOST_TEST(!event.is_settled());
    BOOST_TEST((event.find(job::Uuid{{9}}) == nullptr));
    event.find(job::Uuid{{3}})->state = DeliveryState::dead;
    BOOST_TEST(event.is_settled());
}

BOOST_AUTO_TEST_CASE(dead_letters) {
    const DeadLetter letter{job::Uuid{{1}},
                            job::Uuid{{2}},
                            job::Uuid{{3}},
                            {job::Kind{21}, job::Uuid{{4}}},
                            {7, 1},
                            "transfer.failed",
                            "{}",
                            "HTTP 500 from subscriber",
                            10,
                            1,
                            start};
    std::string bytes;
    encode(letter, bytes);
    BOOST_TEST((decode_dead_letter(as_byte_span(bytes)).value() == letter));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_dead_letter(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
}

BOOST_AUTO_TEST_CASE(endpoints) {
    Endpoint endpoint;
    endpoint.url = "https://example.org/hook";
    BOOST_TEST(wants(endpoint, "transfer.failed"));
    endpoint.event_types = "transfer.cancelled\nexport_job.failed\n";
    endpoint.secret = "whsec_one";
    BOOST_TEST(wants(endpoint, "transfer.cancelled"));
    BOOST_TEST(wants(endpoint, "export_job.failed"));
    BOOST_TEST(!wants(endpoint, "transfer.cancel"));
    BOOST_TEST(!wants(endpoint, ""));
    endpoint.previous_secret = "whsec_zero";
    endpoint.previous_until = start;
    std::string bytes;
    encode(endpoint, bytes);
    BOOST_TEST((decode_endpoint(as_byte_span(bytes)).value() == endpoint));
    endpoint.is_enabled = false;
    BOOST_TEST(!wants(endpoint, "transfer.cancelled"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::outbox
