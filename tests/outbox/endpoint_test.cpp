// The bytes of an endpoint, in both layouts.
#include "core/outbox/endpoint.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"

namespace belay::outbox {
namespace {

constexpr WallTime now(Milliseconds(1'795'000'000'000));

Endpoint destination() {
    Endpoint endpoint;
    endpoint.tenant = job::Uuid{{1}};
    endpoint.style = Style::stripe;
    endpoint.is_live = false;
    endpoint.name = "mine";
    endpoint.url = "https://example.org/hook";
    endpoint.event_types = "v2.core.batch_job.completed\n";
    endpoint.is_enabled = false;
    endpoint.disabled = Disabled::by_receiver;
    endpoint.secret = "whsec_new";
    endpoint.previous_secret = "whsec_old";
    endpoint.previous_until = now;
    endpoint.updated = now;
    endpoint.description = "what for";
    endpoint.metadata = R"({"a":"1"})";
    return endpoint;
}

BOOST_AUTO_TEST_SUITE(outbox_endpoint)

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    encode(destination(), bytes);
    BOOST_TEST((decode_endpoint(as_byte_span(bytes)).value() == destination()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_endpoint(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    for (const auto& [at, value] : {std::pair(0U, '\0'), std::pair(1U, '\x08'), std::pair(2U, '\0'),
                                    std::pair(2U, '\x03'), std::pair(3U, '\x03')}) {
        std::string bad = bytes;
        bad[at] = value;
        BOOST_TEST((decode_endpoint(as_byte_span(bad)).error() == Error::corrupt));
    }
    bytes[0] = 3;
    BOOST_TEST((decode_endpoint(as_byte_span(bytes)).error() == Error::newer_format));
}

/// As a process wrote it that knew webhooks only.
BOOST_AUTO_TEST_CASE(the_first_layout_is_read) {
    const std::string bytes = hex_decode(
                                  "01"
                                  "03"  // enabled, has a previous secret
                                  "01000000000000000000000000000000"  // tenant
                                  "00ae22eea1010000"                  // updated
                                  "01ae22eea1010000"                  // previous until
                                  "04000000"
                                  "6d696e65"  // mine
                                  "09000000"
                                  "68747470733a2f2f78"  // https://x
                                  "02000000"
                                  "610a"  // a
                                  "01000000"
                                  "6e"  // n
                                  "01000000"
                                  "6f")  // o
                                  .value();
    Endpoint wanted;
    wanted.tenant = job::Uuid{{1}};
    wanted.name = "mine";
    wanted.url = "https://x";
    wanted.event_types = "a\n";
    wanted.secret = "n";
    wanted.previous_secret = "o";
    wanted.updated = WallTime(Milliseconds(0x01A1EE22AE00));
    wanted.previous_until = WallTime(Milliseconds(0x01A1EE22AE01));
    BOOST_TEST((decode_endpoint(as_byte_span(bytes)).value() == wanted));
    std::string again;
    encode(wanted, again);
    BOOST_TEST((decode_endpoint(as_byte_span(again)).value() == wanted));
    // It had no mode: the bit that says it is none of its flags.
    std::string bad = bytes;
    bad[1] = '\x07';
    BOOST_TEST((decode_endpoint(as_byte_span(bad)).error() == Error::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::outbox
