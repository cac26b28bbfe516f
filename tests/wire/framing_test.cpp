#include "http/wire/framing.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "http/wire/request_head_parser.hpp"

namespace belay::wire {
namespace {

BodyFraming framing_of(const std::string& fields, std::string_view version = "HTTP/1.1",
                       std::string_view method = "POST") {
    const std::string bytes = std::string(method) + (method == "CONNECT" ? " a:1 " : " / ") +
                              std::string(version) + "\r\nHost: a\r\n" + fields + "\r\n";
    RequestHeadParser parser;
    RequestHead head;
    BOOST_REQUIRE((parser.parse(bytes, head) == HeadProgress::complete));
    return frame_body(head);
}

WireError error_of(const std::string& fields, std::string_view version = "HTTP/1.1") {
    return framing_of(fields, version).error;
}

/// The rules of RFC 9112 6.3 in prose order, against which the table is compared.
FramingDecision by_the_book(Method method, Version version, LengthField length,
                            EncodingField encoding) {
    const bool bodiless = method == Method::connect || method == Method::trace;
    if (encoding != EncodingField::absent) {
        if (version == Version::http_1_0) {
            return {BodyKind::none, WireError::transfer_encoding_in_http_1_0};
        }
        if (length != LengthField::absent) {
            return {BodyKind::none, WireError::content_length_with_transfer_encoding};
        }
        switch (encoding) {
            case EncodingField::not_final:
                return {BodyKind::none, WireError::transfer_encoding_not_ending_in_chunked};
            case EncodingField::unknown:
                return {BodyKind::none, WireError::transfer_coding_unknown};
            case EncodingField::malformed:
                return {BodyKind::none, WireError::transfer_encoding_malformed};
            default:
                return bodiless ? FramingDecision{BodyKind::none,
                                                  WireError::content_not_allowed_for_method}
                                : FramingDecision{BodyKind::chunked, WireError::none};
        }
    }
    switch (length) {
        case LengthField::too_large:
            return {BodyKind::none, WireError::content_length_too_large};
        case LengthField::malformed:
            return {BodyKind::none, WireError::content_length_malformed};
        case LengthField::repeated:
            return {BodyKind::none, WireError::content_length_repeated};
        case LengthField::positive:
            return bodiless
                       ? FramingDecision{BodyKind::none, WireError::content_not_allowed_for_method}
                       : FramingDecision{BodyKind::length, WireError::none};
        default:
            return {BodyKind::none, WireError::none};
    }
}

BOOST_AUTO_TEST_SUITE(framing)

BOOST_AUTO_TEST_CASE(the_table_answers_every_combination_as_the_rules_do) {
    int combinations = 0;
    for (unsigned method = 0; method < method_count; ++method) {
        for (unsigned version = 0; version < 2; ++version) {
            for (unsigned length = 0; length < length_field_count; ++length) {
                for (unsigned encoding = 0; encoding < encoding_field_count; ++encoding) {
                    const auto m = static_cast<Method>(method);
                    const auto v = static_cast<Version>(version);
                    const auto l = static_cast<LengthField>(length);
                    const auto e = static_cast<EncodingField>(encoding);
                    const FramingDecision decision = decide_framing(m, v, l, e);
                    const FramingDecision expected = by_the_book(m, v, l, e);
                    BOOST_TEST((decision.kind == expected.kind));
                    BOOST_TEST((decision.error == expected.error));
                    ++combinations;
                }
            }
        }
    }
    BOOST_TEST(combinations == 10 * 2 * 6 * 5);
}

BOOST_AUTO_TEST_CASE(lengths_are_plain_numbers) {
    BOOST_TEST((framing_of("").kind == BodyKind::none));
    BOOST_TEST((framing_of("Content-Length: 0\r\n").kind == BodyKind::none));
    BOOST_TEST(framing_of("content-length:\t7 \r\n").length == 7U);
    BOOST_TEST(framing_of("Content-Length: 9223372036854775807\r\n").length ==
               9223372036854775807U);
    for (const char* too_large :
         {"9223372036854775808", "18446744073709551616", "99999999999999999999999999999999"}) {
        BOOST_TEST((error_of("Content-Length: " + std::string(too_large) + "\r\n") ==
                    WireError::content_length_too_large));
    }
    for (const char* malformed :
         {"", "+7", "-7", "7 7", "7,7", "7, 7", "007", "00", "0x7", "7e0", "7.0", "\"7\"",
          "\xa0"
          "7"}) {
        BOOST_TEST((error_of("Content-Length: " + std::string(malformed) + "\r\n") ==
                    WireError::content_length_malformed),
                   malformed);
    }
    BOOST_TEST((error_of("Content-Length: 7\r\ncontent-length: 7\r\n") ==
                WireError::content_length_repeated));
}

BOOST_AUTO_TEST_CASE(chunked_is_the_one_coding_and_comes_once) {
    const auto coding = [](const std::string& value) {
        return framing_of("Transfer-Encoding: " + value + "\r\n");
    };
    BOOST_TEST((coding("chunked").kind == BodyKind::chunked));
    BOOST_TEST((coding("CHUNKED").kind == BodyKind::chunked));
    BOOST_TEST(
        (coding("chunked, gzip").error == WireError::transfer_encoding_not_ending_in_chunked));
    BOOST_TEST(
        (coding("chunked, chunked").error == WireError::transfer_encoding_not_ending_in_chunked));
    BOOST_TEST((coding("chunked\r\nTransfer-Encoding: chunked").error ==
                WireError::transfer_encoding_not_ending_in_chunked));
    BOOST_TEST((coding("gzip, chunked").error == WireError::transfer_coding_unknown));
    BOOST_TEST((coding("identity").error == WireError::transfer_coding_unknown));
    BOOST_TEST((coding("xchunked").error == WireError::transfer_coding_unknown));
    for (const char* malformed :
         {"", ",", "chunked,", ",chunked", "chunked;q=1", "\"chunked\"", "chunked chunked",
          "\x85"
          "chunked"}) {
        BOOST_TEST((coding(malformed).error == WireError::transfer_encoding_malformed), malformed);
    }
    BOOST_TEST((error_of("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n") ==
                WireError::content_length_with_transfer_encoding));
    BOOST_TEST((error_of("Transfer-Encoding: chunked\r\n", "HTTP/1.0") ==
                WireError::transfer_encoding_in_http_1_0));
    BOOST_TEST((framing_of("Content-Length: 1\r\n", "HTTP/1.1", "CONNECT").error ==
                WireError::content_not_allowed_for_method));
    // An ignored field of a similar name decides nothing.
    BOOST_TEST((framing_of("Transfer_Encoding: chunked\r\n").kind == BodyKind::none));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
