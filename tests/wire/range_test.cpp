#include "http/wire/range.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "http/wire/request_head_parser.hpp"

namespace belay::wire {
namespace {

std::string ranged(std::string_view value, std::uint64_t size) {
    const RangeDecision decision = parse_range(value, size);
    switch (decision.outcome) {
        case RangeOutcome::whole:
            BOOST_TEST(decision.length == size);
            return "whole";
        case RangeOutcome::part:
            return content_range(decision, size);
        case RangeOutcome::unsatisfiable:
            return content_range_unsatisfiable(size);
    }
    return {};
}

/// The bytes of a GET with these fields; `method` and the rest as usual.
std::string request(const std::string& fields, const std::string& method = "GET") {
    return method + " / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

RequestHead parsed(const std::string& bytes) {
    RequestHeadParser parser;
    RequestHead head;
    BOOST_REQUIRE((parser.parse(bytes, head) == HeadProgress::complete));
    return head;
}

RangeOutcome outcome(const std::string& fields, const std::string& method = "GET") {
    const std::string bytes = request(fields, method);
    return decide_range(parsed(bytes), 100, "\"v1\"").outcome;
}

bool not_modified(const std::string& fields) {
    const std::string bytes = request(fields);
    return if_none_match(parsed(bytes), "\"v1\"");
}

BOOST_AUTO_TEST_SUITE(range)

BOOST_AUTO_TEST_CASE(one_range_is_cut_to_the_representation) {
    BOOST_TEST(ranged("bytes=0-0", 100) == "bytes 0-0/100");
    BOOST_TEST(ranged("bytes=10-19", 100) == "bytes 10-19/100");
    BOOST_TEST(ranged("BYTES= 10-19 ", 100) == "bytes 10-19/100");
    BOOST_TEST(ranged("bytes=90-", 100) == "bytes 90-99/100");
    BOOST_TEST(ranged("bytes=90-1000", 100) == "bytes 90-99/100");
    BOOST_TEST(ranged("bytes=90-99999999999999999999999", 100) == "bytes 90-99/100");
    BOOST_TEST(ranged("bytes=-1", 100) == "bytes 99-99/100");
    BOOST_TEST(ranged("bytes=-1000", 100) == "bytes 0-99/100");
}

BOOST_AUTO_TEST_CASE(what_lies_outside_is_unsatisfiable) {
    BOOST_TEST(ranged("bytes=100-", 100) == "bytes */100");
    BOOST_TEST(ranged("bytes=99999999999999999999999-", 100) == "bytes */100");
    BOOST_TEST(ranged("bytes=-0", 100) == "bytes */100");
    BOOST_TEST(ranged("bytes=0-", 0) == "bytes */0");
    BOOST_TEST(ranged("bytes=-5", 0) == "whole");
}

BOOST_AUTO_TEST_CASE(what_is_malformed_or_plural_is_ignored) {
    for (const char* value : {"", "bytes", "bytes=", "bytes=-", "bytes=1", "bytes=5-4", "bytes=a-b",
                              "bytes=1-2,4-5", "bytes=1-2,", "bytes=-1-2", "bytes=1--2",
                              "bytes=1 -2", "lines=1-2", "bytes =1-2", "bytes=+1-2"}) {
        BOOST_TEST(ranged(value, 100) == "whole", value);
    }
}

BOOST_AUTO_TEST_CASE(if_range_holds_only_for_the_same_strong_tag) {
    BOOST_TEST((outcome("Range: bytes=0-1\r\n") == RangeOutcome::part));
    BOOST_TEST((outcome("Range: bytes=0-1\r\nIf-Range: \"v1\"\r\n") == RangeOutcome::part));
    BOOST_TEST((outcome("Range: bytes=0-1\r\nIf-Range: \"v2\"\r\n") == RangeOutcome::whole));
    BOOST_TEST((outcome("Range: bytes=0-1\r\nIf-Range: W/\"v1\"\r\n") == RangeOutcome::whole));
    BOOST_TEST((outcome("Range: bytes=0-1\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n") ==
                RangeOutcome::whole));
    BOOST_TEST((outcome("Range: bytes=200-\r\nIf-Range: \"v2\"\r\n") == RangeOutcome::whole));
    BOOST_TEST((outcome("Range: bytes=200-\r\n") == RangeOutcome::unsatisfiable));
    BOOST_TEST((outcome("Range: bytes=0-1\r\nRange: bytes=2-3\r\n") == RangeOutcome::whole));
    BOOST_TEST((outcome("Range: bytes=0-1\r\n", "HEAD") == RangeOutcome::whole));
    BOOST_TEST((outcome("") == RangeOutcome::whole));
    const std::string weak = request("Range: bytes=0-1\r\nIf-Range: W/\"v1\"\r\n");
    BOOST_TEST((decide_range(parsed(weak), 100, "W/\"v1\"").outcome == RangeOutcome::whole));
}

BOOST_AUTO_TEST_CASE(if_none_match_is_a_list_of_tags_compared_weakly) {
    BOOST_TEST(not_modified("If-None-Match: \"v1\"\r\n"));
    BOOST_TEST(not_modified("If-None-Match: W/\"v1\"\r\n"));
    BOOST_TEST(not_modified("If-None-Match: *\r\n"));
    BOOST_TEST(not_modified("If-None-Match: \"a,b\" , ,W/\"c\",\"v1\"\r\n"));
    BOOST_TEST(not_modified("If-None-Match: \"a\"\r\nIf-None-Match: \"v1\"\r\n"));
    for (const char* value : {"\"v2\"", "v1", "\"v1", "w/\"v1\"", "\"v1\" \"v2\"", "\"v1\", x",
                              "\"v 1\"", "*, \"v1\"", ""}) {
        BOOST_TEST(!not_modified("If-None-Match: " + std::string(value) + "\r\n"), value);
    }
    BOOST_TEST(!not_modified(""));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
