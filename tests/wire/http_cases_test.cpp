// The shared HTTP cases, as far as the wire alone decides them: what must be refused with which
// status, and what must reach the layers above.
#include <algorithm>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"
#include "tests/wire/deliveries.hpp"
#include "tests/wire/vectors.hpp"

namespace belay::test {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
    return std::string(value.as_string().c_str());
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

std::string bytes_of(const json::object& thing) {
    std::string bytes = base64_decode(text_of(thing.at("bytes"))).value();
    replace_all(bytes, "@GET@", "/v1/export-jobs");
    replace_all(bytes, "@POST@", "/v1/transfers/initiate");
    replace_all(bytes, "@HOST@", "127.0.0.1:8080");
    replace_all(bytes, "@HDRS@", "Authorization: Bearer abc\r\n");
    return bytes;
}

std::string stream_of(const json::object& one) {
    std::string bytes = bytes_of(one);
    if (one.contains("steps")) {
        for (const json::value& step : one.at("steps").as_array()) {
            bytes += bytes_of(step.as_object());
        }
    }
    return bytes;
}

/// Whether an answer that `event` leads to is among `allowed`. A whole request may get any answer
/// that the layers above can give; a refusal only its own status.
bool is_allowed(const Event& event, const json::array& allowed) {
    return std::ranges::any_of(allowed, [&](const json::value& one) {
        if (one.is_string()) {
            const std::string token = text_of(one);
            const bool ok = token == "OKGET" || token == "OKPOST";
            return event.status == 0 || (!ok && event.status >= 400 && event.status < 500);
        }
        const auto status = static_cast<int>(one.as_int64());
        if (event.status != 0) {
            return status == event.status;
        }
        const bool only_from_the_wire = status == 400 || status == 408 || status == 413 ||
                                        status == 414 || status == 431 || status == 505;
        return status == 501 ? event.method == wire::Method::unknown : !only_from_the_wire;
    });
}

bool fits(const Transcript& transcript, const json::object& expected, bool may_wait) {
    const json::array& statuses = expected.at("status").as_array();
    const auto& events = transcript.events();
    const bool refused = transcript.ending() == "refused";
    if (refused && expected.contains("close") && expected.at("close") == false) {
        return false;
    }
    if (events.size() > statuses.size() || (events.size() < statuses.size() && !may_wait)) {
        return false;
    }
    for (std::size_t at = 0; at < events.size(); ++at) {
        if (!is_allowed(events[at], statuses[at].as_array())) {
            return false;
        }
    }
    return true;
}

/// A stream that stops in the middle of a request: the connection's deadline or its end decides.
bool may_wait(const json::object& one, const Transcript& transcript) {
    const std::string_view ending = transcript.ending();
    const bool unfinished = ending == "in a head" || ending == "in a body";
    if (!unfinished) {
        return false;
    }
    if (one.contains("fin")) {
        return true;
    }
    const json::object& expect = one.at("expect").as_object();
    return expect.contains("or") &&
           std::ranges::any_of(expect.at("or").as_array(), [](const json::value& alternative) {
               return alternative.is_string() && text_of(alternative) == "timeout";
           });
}

bool any_fits(const json::object& one, const Transcript& transcript) {
    const bool wait = may_wait(one, transcript);
    const json::object& expected = one.at(one.contains("strict") ? "strict" : "expect").as_object();
    if (fits(transcript, expected, wait)) {
        return true;
    }
    return expected.contains("or") &&
           std::ranges::any_of(expected.at("or").as_array(), [&](const json::value& alternative) {
               return alternative.is_object() && fits(transcript, alternative.as_object(), wait);
           });
}

BOOST_AUTO_TEST_SUITE(http_cases)

BOOST_AUTO_TEST_CASE(every_case_is_refused_or_let_through_as_the_rfc_has_it) {
    const auto vectors = read_json_vectors("http/http_cases.json");
    if (!vectors) {
        return;
    }
    for (const json::value& value : vectors->at("cases").as_array()) {
        const json::object& one = value.as_object();
        const std::string name = text_of(one.at("name"));
        const Transcript transcript = deliver_in_every_way(name, stream_of(one));
        if (one.contains("slow")) {
            continue;  // The bytes are good; it is their pace that the connection judges.
        }
        BOOST_TEST(any_fits(one, transcript),
                   name << " got: " << transcript.text().substr(0, 2000));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
