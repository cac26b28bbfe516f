#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "http/wire/connection_fields.hpp"
#include "http/wire/request_head_parser.hpp"

namespace belay::wire {
namespace {

WireError error_of(std::string_view bytes, const RequestHeadLimits& limits = {}) {
    RequestHeadParser whole(limits);
    RequestHead head;
    const HeadProgress progress = whole.parse(bytes, head);
    // Byte by byte the same must come out.
    RequestHeadParser slow(limits);
    auto slow_progress = HeadProgress::need_more;
    for (std::size_t size = 1; size <= bytes.size() && slow_progress == HeadProgress::need_more;
         ++size) {
        slow_progress = slow.parse(bytes.substr(0, size), head);
    }
    BOOST_TEST((slow_progress == progress), bytes.substr(0, 200));
    BOOST_TEST((slow.error() == whole.error()), bytes.substr(0, 200));
    BOOST_TEST((progress != HeadProgress::need_more), bytes.substr(0, 200));
    return whole.error();
}

WireError error_of_field(const std::string& line) {
    return error_of("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");
}

WireError error_of_host(const std::string& host) {
    return error_of("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
}

RequestHead parsed(std::string_view bytes) {
    RequestHeadParser parser;
    RequestHead head;
    BOOST_REQUIRE((parser.parse(bytes, head) == HeadProgress::complete));
    return head;
}

BOOST_AUTO_TEST_SUITE(request_head)

BOOST_AUTO_TEST_CASE(a_typical_request_is_read_in_all_its_parts) {
    constexpr std::string_view bytes =
        "POST /v1/transfers/42/cancel?dry=1 HTTP/1.1\r\n"
        "Host: belay.example:8443\r\n"
        "content-TYPE:application/json\r\n"
        "X-Idempotency: \t k-1 \t\r\n"
        "X-Empty:\r\n"
        "\r\n{}";
    const RequestHead head = parsed(bytes);
    BOOST_TEST((head.method() == Method::post));
    BOOST_TEST(head.method_text() == "POST");
    BOOST_TEST(head.target() == "/v1/transfers/42/cancel?dry=1");
    BOOST_TEST(head.path() == "/v1/transfers/42/cancel");
    BOOST_TEST(head.query() == "dry=1");
    BOOST_TEST(head.authority() == "belay.example:8443");
    BOOST_TEST(head.size() == bytes.size() - 2);
    BOOST_TEST(head.field_count() == 4U);
    BOOST_TEST(head.field(1).name == "content-TYPE");
    BOOST_TEST(*head.value(FieldName::content_type) == "application/json");
    BOOST_TEST(*head.value(FieldName::x_idempotency) == "k-1");
    BOOST_TEST(head.field(3).value == "");
    BOOST_TEST(!head.has(FieldName::authorization));
    BOOST_TEST(!head.value(FieldName::authorization).has_value());
}

BOOST_AUTO_TEST_CASE(views_follow_the_bytes_when_these_move) {
    std::string first = "GET /a HTTP/1.1\r\nHost: one.example\r\n\r\n";
    RequestHead head = parsed(first);
    const std::string second = first;
    first.assign(first.size(), '#');
    head.rebase(second.data());
    BOOST_TEST(head.path() == "/a");
    BOOST_TEST(*head.value(FieldName::host) == "one.example");
}

BOOST_AUTO_TEST_CASE(one_parser_reads_request_after_request) {
    constexpr std::string_view bytes =
        "GET /1 HTTP/1.1\r\nHost: a\r\nRange: bytes=0-\r\nRange: x\r\n\r\n"
        "\r\nPUT /2 HTTP/1.0\r\n\r\n";
    RequestHeadParser parser;
    RequestHead head;
    BOOST_TEST(!parser.has_begun());
    BOOST_REQUIRE((parser.parse(bytes, head) == HeadProgress::complete));
    BOOST_TEST(head.repeated(FieldName::range));
    BOOST_TEST(!head.repeated(FieldName::host));
    const std::string_view rest = bytes.substr(head.size());
    BOOST_REQUIRE((parser.parse(rest.substr(0, 2), head) == HeadProgress::need_more));
    BOOST_TEST(!parser.has_begun());
    BOOST_REQUIRE((parser.parse(rest.substr(0, 3), head) == HeadProgress::need_more));
    BOOST_TEST(parser.has_begun());
    BOOST_REQUIRE((parser.parse(rest, head) == HeadProgress::complete));
    BOOST_TEST((head.method() == Method::put && head.version() == Version::http_1_0));
    BOOST_TEST(head.path() == "/2");
    BOOST_TEST(head.size() == rest.size());
    BOOST_TEST(head.field_count() == 0U);
    BOOST_TEST(!head.has(FieldName::range));
    BOOST_TEST(!head.repeated(FieldName::range));
    BOOST_TEST(head.authority() == "");
}

BOOST_AUTO_TEST_CASE(every_refusal_has_its_own_reason) {
    const std::pair<std::string, WireError> cases[] = {
        {"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n", WireError::too_many_empty_lines},
        {" GET / HTTP/1.1\r\n", WireError::malformed_method},
        {"\nGET / HTTP/1.1\r\n", WireError::bare_line_feed},
        {"\x16\x03\x01\x02", WireError::malformed_method},
        {"GET / HTTP/1.1\n", WireError::bare_line_feed},
        {"GET /\r HTTP/1.1\r\n", WireError::bare_carriage_return},
        {"GET /\r\n", WireError::malformed_request_line},
        {"GET  / HTTP/1.1\r\n", WireError::malformed_request_line},
        {"G(T / HTTP/1.1\r\n", WireError::malformed_method},
        {std::string(33, 'M') + " / HTTP/1.1\r\n", WireError::method_too_long},
        {"GET x HTTP/1.1\r\n", WireError::malformed_target},
        {"GET /# HTTP/1.1\r\n", WireError::malformed_target},
        {"GET /\x80 HTTP/1.1\r\n", WireError::malformed_target},
        {"GET /%g0 HTTP/1.1\r\n", WireError::malformed_percent_encoding},
        {"GET /?a=%1 HTTP/1.1\r\n", WireError::malformed_percent_encoding},
        {"GET http://[::1 HTTP/1.1\r\n", WireError::malformed_authority},
        {"GET http:/// HTTP/1.1\r\n", WireError::malformed_authority},
        {"GET http://u@h/ HTTP/1.1\r\n", WireError::userinfo_in_target},
        {"GET * HTTP/1.1\r\n", WireError::target_form_not_for_method},
        {"GET a:80 HTTP/1.1\r\n", WireError::target_form_not_for_method},
        {"CONNECT / HTTP/1.1\r\n", WireError::target_form_not_for_method},
        {"CONNECT a HTTP/1.1\r\n", WireError::malformed_authority},
        {"GET / HTTP/1.1 \r\n", WireError::malformed_version},
        {"GET / http/1.1\r\n", WireError::malformed_version},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", WireError::unsupported_version},
        {"GET / HTTP/0.9\r\n", WireError::unsupported_version},
        {"GET / HTTP/1.1\r\n\r\n", WireError::host_missing},
        {"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", WireError::host_repeated},
        {"GET / HTTP/1.1\r\n X: a\r\n", WireError::folded_field_line},
    };
    for (const auto& [bytes, error] : cases) {
        BOOST_TEST((error_of(bytes) == error), bytes << ": " << sentence_of(error_of(bytes)));
    }
    BOOST_TEST((error_of_field("X: a\r\n b") == WireError::folded_field_line));
    BOOST_TEST((error_of_field("X : a") == WireError::space_before_colon));
    BOOST_TEST((error_of_field("X Y: a") == WireError::malformed_field_name));
    BOOST_TEST((error_of_field(": a") == WireError::malformed_field_name));
    BOOST_TEST((error_of_field("X") == WireError::malformed_field_name));
    BOOST_TEST((error_of_field("X\r: a") == WireError::bare_carriage_return));
    BOOST_TEST((error_of_field("X: a\rb") == WireError::bare_carriage_return));
    BOOST_TEST((error_of_field("X: a\nY: b") == WireError::bare_line_feed));
    BOOST_TEST((error_of_field("X: a\x01") == WireError::malformed_field_value));
    BOOST_TEST((error_of_field("X: a\x7f") == WireError::malformed_field_value));
    BOOST_TEST((error_of_field("X: caf\xe9\ttab") == WireError::none));
}

BOOST_AUTO_TEST_CASE(a_line_or_section_at_its_limit_is_read_and_one_byte_more_is_not) {
    const auto line_of = [](std::size_t bytes) {
        return "GET /" + std::string(bytes - 14, 'a') + " HTTP/1.1";
    };
    BOOST_TEST((error_of(line_of(8192) + "\r\nHost: a\r\n\r\n") == WireError::none));
    BOOST_TEST((error_of(line_of(8193) + "\r\n") == WireError::request_line_too_long));
    BOOST_TEST((error_of(std::string(9000, 'A')) == WireError::request_line_too_long));
    const std::string host = "GET / HTTP/1.1\r\nHost: a\r\n";
    const auto section_of = [&](std::size_t bytes) {
        return host + "X:" + std::string(bytes - 9 - 4 - 2, 'b') + "\r\n\r\n";
    };
    BOOST_TEST((error_of(section_of(32 * 1024)) == WireError::none));
    BOOST_TEST((error_of(section_of(32 * 1024 + 1)) == WireError::field_section_too_large));
    const auto fields_of = [&](int count) {
        std::string lines = host;
        for (int at = 1; at < count; ++at) {
            lines += "x:y\r\n";
        }
        return lines + "\r\n";
    };
    BOOST_TEST((error_of(fields_of(100)) == WireError::none));
    BOOST_TEST((error_of(fields_of(101)) == WireError::too_many_fields));
    RequestHeadLimits small;
    small.request_line_bytes_max = 14;
    small.field_section_bytes_max = 11;
    small.field_count_max = 1;
    BOOST_TEST((error_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n", small) == WireError::none));
    BOOST_TEST((error_of("GET /x HTTP/1.1\r\n", small) == WireError::request_line_too_long));
    BOOST_TEST((error_of("GET / HTTP/1.1\r\nHost: ab\r\n\r\n", small) ==
                WireError::field_section_too_large));
    // Refused as soon as no line feed can come in time, so that a buffer of head_bytes_max is
    // enough.
    const auto progress_of = [&small](std::string_view bytes) {
        RequestHead head;
        return RequestHeadParser(small).parse(bytes, head);
    };
    BOOST_TEST((progress_of("GET / HTTP/1.1\r") == HeadProgress::need_more));
    BOOST_TEST((progress_of("GET / HTTP/1.1\r?") == HeadProgress::refused));
    BOOST_TEST((progress_of("GET / HTTP/1.1\r\nHost: aaaa") == HeadProgress::need_more));
    BOOST_TEST((progress_of("GET / HTTP/1.1\r\nHost: aaaaa") == HeadProgress::refused));
    BOOST_TEST(RequestHeadLimits{}.head_bytes_max() == 8U + 8192 + 2 + 32768);
}

BOOST_AUTO_TEST_CASE(hosts_are_judged_by_the_whole_grammar) {
    for (const std::string good :
         {"a", "a:", "a:0", "a:65535", "a.b-c_d~", "1.2.3.4:80", "999.1", "%41b", "a!$&'()*+,;=",
          "[::]", "[::1]:80", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:1.2.3.4]", "[::ffff:1.2.3.4]",
          "[1::8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[v1.a:b]", "[VF.x]"}) {
        BOOST_TEST((error_of_host(good) == WireError::none), good);
    }
    for (const std::string bad : {"",
                                  ":80",
                                  "a:65536",
                                  "a:8x",
                                  "a:1:2",
                                  "a b",
                                  "a/b",
                                  "a@b",
                                  "a?b",
                                  "a#b",
                                  "a,b:c",
                                  "%4",
                                  "%zz",
                                  "[::1",
                                  "::1",
                                  "[::1]x",
                                  "[]",
                                  "[:]",
                                  "[:::]",
                                  "[1:2:3:4:5:6:7]",
                                  "[12345::]",
                                  "[1:2:3:4:5:6:7:8:9]",
                                  "[1:2:3:4:5:6:7:8::]",
                                  "[1::2::3]",
                                  "[::1.2.3]",
                                  "[::1.2.3.256]",
                                  "[::01.2.3.4]",
                                  "[1.2.3.4::]",
                                  "[::1.2.3.4:5]",
                                  "[fe80::1%25eth0]",
                                  "[v.a]",
                                  "[v1.]",
                                  "[vg.a]",
                                  "[::g]",
                                  "a]",
                                  "a[",
                                  "\xc3\xa9",
                                  "a\\b",
                                  "[::1]:80:80"}) {
        BOOST_TEST((error_of_host(bad) == WireError::host_malformed), bad);
    }
}

BOOST_AUTO_TEST_CASE(methods_and_versions_are_told_apart) {
    for (const auto& [text, method] : {std::pair{"GET", Method::get},
                                       {"HEAD", Method::head},
                                       {"POST", Method::post},
                                       {"PUT", Method::put},
                                       {"DELETE", Method::delete_},
                                       {"PATCH", Method::patch},
                                       {"TRACE", Method::trace},
                                       {"get", Method::unknown},
                                       {"GETS", Method::unknown},
                                       {"FROBNICATE", Method::unknown}}) {
        const std::string bytes = std::string(text) + " / HTTP/1.1\r\nHost: a\r\n\r\n";
        BOOST_TEST((parsed(bytes).method() == method), text);
    }
    BOOST_TEST(
        (parsed("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").target_form() == TargetForm::asterisk));
    const RequestHead connect = parsed("CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST((connect.method() == Method::connect));
    BOOST_TEST(connect.authority() == "b:443");
    BOOST_TEST((parsed("GET / HTTP/1.9\r\nHost: a\r\n\r\n").version() == Version::http_1_1));
    BOOST_TEST((parsed("GET / HTTP/1.0\r\n\r\n").version() == Version::http_1_0));
}

BOOST_AUTO_TEST_CASE(an_absolute_target_overrules_host) {
    const RequestHead head = parsed("GET HTTP://b.example:81?x HTTP/1.1\r\nHost: a\r\n\r\n");
    BOOST_TEST((head.target_form() == TargetForm::absolute));
    BOOST_TEST(head.authority() == "b.example:81");
    BOOST_TEST(head.path() == "/");
    BOOST_TEST(head.query() == "x");
}

BOOST_AUTO_TEST_CASE(connection_and_expect_are_lists_over_all_lines) {
    const auto with = [](std::string_view version, const std::string& lines) {
        return "GET / " + std::string(version) + "\r\nHost: a\r\n" + lines + "\r\n";
    };
    const auto keeps = [&](std::string_view version, const std::string& lines) {
        const std::string bytes = with(version, lines);
        return wants_keep_alive(parsed(bytes));
    };
    BOOST_TEST(keeps("HTTP/1.1", ""));
    BOOST_TEST(!keeps("HTTP/1.0", ""));
    BOOST_TEST(keeps("HTTP/1.0", "Connection: foo , Keep-Alive\r\n"));
    BOOST_TEST(!keeps("HTTP/1.1", "Connection: a\r\nX: y\r\nCONNECTION: ,CLOSE\r\n"));
    BOOST_TEST(!keeps("HTTP/1.0", "Connection: keep-alive, close\r\n"));
    BOOST_TEST(keeps("HTTP/1.1", "Connection: closed\r\n"));
    const auto expects = [&](std::string_view version, const std::string& lines) {
        const std::string bytes = with(version, lines);
        return expectation_of(parsed(bytes));
    };
    BOOST_TEST((expects("HTTP/1.1", "") == Expectation::none));
    BOOST_TEST((expects("HTTP/1.1", "Expect: 100-Continue\r\n") == Expectation::continue_100));
    BOOST_TEST((expects("HTTP/1.0", "Expect: 100-continue\r\n") == Expectation::none));
    BOOST_TEST((expects("HTTP/1.1", "Expect: 100-continue, x\r\n") == Expectation::unknown));
    BOOST_TEST(
        (expects("HTTP/1.1", "Expect: x\r\nExpect: 100-continue\r\n") == Expectation::unknown));
}

BOOST_AUTO_TEST_CASE(every_error_has_a_status_and_a_sentence) {
    for (std::size_t at = 1; at < wire_error_count; ++at) {
        const auto error = static_cast<WireError>(at);
        BOOST_TEST(status_of(error) >= 400);
        BOOST_TEST(sentence_of(error).ends_with('.'));
    }
    BOOST_TEST(status_of(WireError::request_line_too_long) == 414);
    BOOST_TEST(status_of(WireError::too_many_fields) == 431);
    BOOST_TEST(status_of(WireError::unsupported_version) == 505);
    BOOST_TEST(status_of(WireError::method_too_long) == 501);
    BOOST_TEST(status_of(WireError::none) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
