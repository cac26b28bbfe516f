// The bytes of llhttp's vectors, judged by the RFC: each head is accepted if and only if the naive
// reference accepts it, however it is cut. (llhttp's own expectations are those of a tolerant
// parser.)
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/base64.hpp"
#include "tests/wire/deliveries.hpp"
#include "tests/wire/reference_head.hpp"
#include "tests/wire/vectors.hpp"

namespace belay::test {
namespace {

BOOST_AUTO_TEST_SUITE(llhttp)

BOOST_AUTO_TEST_CASE(every_vector_is_judged_as_the_naive_reference_judges_it) {
    const auto vectors = read_json_vectors("llhttp/llhttp_vectors.json");
    if (!vectors) {
        return;
    }
    std::size_t accepted = 0;
    for (const boost::json::value& vector : vectors->at("vectors").as_array()) {
        const std::string name = std::string(vector.at("file").as_string().c_str()) + ":" +
                                 std::to_string(vector.at("line").as_int64());
        const std::string bytes =
            base64_decode(std::string(vector.at("bytes").as_string().c_str())).value();
        deliver_in_every_way(name, bytes);
        wire::RequestHeadParser parser;
        wire::RequestHead head;
        const bool complete = parser.parse(bytes, head) == wire::HeadProgress::complete;
        const std::optional<std::size_t> reference = reference_head(bytes);
        BOOST_TEST(complete == reference.has_value(), name << ": " << bytes);
        if (complete && reference) {
            BOOST_TEST(head.size() == *reference, name);
            ++accepted;
        }
    }
    // Both reading nothing at all would agree too.
    BOOST_TEST(accepted >= 20U);
}

/// The requests of this suite have no Host, which HTTP/1.1 does not allow; given one, what remains
/// wrong is what each vector is about.
BOOST_AUTO_TEST_CASE(every_vector_with_a_host_added_is_judged_alike) {
    const auto vectors = read_json_vectors("llhttp/llhttp_vectors.json");
    if (!vectors) {
        return;
    }
    std::size_t accepted = 0;
    for (const boost::json::value& vector : vectors->at("vectors").as_array()) {
        std::string bytes =
            base64_decode(std::string(vector.at("bytes").as_string().c_str())).value();
        const std::size_t line_end = bytes.find("\r\n", 2);
        if (line_end == std::string::npos) {
            continue;
        }
        bytes.insert(line_end + 2, "Host: a.example\r\n");
        const Transcript transcript = deliver_in_every_way("with host", bytes);
        const std::optional<std::size_t> reference = reference_head(bytes);
        wire::RequestHeadParser parser;
        wire::RequestHead head;
        const bool complete = parser.parse(bytes, head) == wire::HeadProgress::complete;
        BOOST_TEST(complete == reference.has_value(), bytes);
        accepted += complete ? 1 : 0;
    }
    BOOST_TEST(accepted >= 30U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
