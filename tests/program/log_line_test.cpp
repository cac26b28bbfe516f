#include "http/program/log_line.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::program {
namespace {

constexpr WallTime time_of_line{Milliseconds(1'700'000'000'123)};

std::string json(std::string_view value) {
    return json_log_line(time_of_line, LogLevel::info, "m", {{"v", value}});
}

std::string text(std::string_view value) {
    return text_log_line(time_of_line, LogLevel::info, "m", {{"v", value}});
}

class CollectingSink final : public LogSink {
  public:
    void write(std::string_view line) override { lines.emplace_back(line); }

    std::vector<std::string> lines;
};

BOOST_AUTO_TEST_SUITE(log_line)

BOOST_AUTO_TEST_CASE(fields_keep_their_types) {
    const LogFields fields = {
        {"name", "x"},     {"count", 5},     {"offset", std::uint64_t{18'446'744'073'709'551'615U}},
        {"balance", -3LL}, {"direct", true}, {"duration_ms", Milliseconds(20)}};
    BOOST_TEST(json_log_line(time_of_line, LogLevel::warning, "log recovered", fields) ==
               R"({"time":"2023-11-14T22:13:20.123Z","level":"warning","message":"log recovered",)"
               R"("name":"x","count":5,"offset":18446744073709551615,"balance":-3,)"
               R"("direct":true,"duration_ms":20})"
               "\n");
    BOOST_TEST(text_log_line(time_of_line, LogLevel::warning, "log recovered", fields) ==
               "2023-11-14T22:13:20.123Z WARNING log recovered name=x count=5 "
               "offset=18446744073709551615 balance=-3 direct=true duration_ms=20\n");
}

BOOST_AUTO_TEST_CASE(a_value_cannot_end_its_line_or_its_quotes) {
    const std::string_view prefix =
        R"({"time":"2023-11-14T22:13:20.123Z","level":"info","message":"m","v":)";
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a\"b\\c", R"("a\"b\\c")"},
        {"a\nb\rc\td", R"("a\nb\rc\td")"},
        {std::string_view("\0\x1b[2J\x7f", 6), R"("\u0000\u001b[2J\u007f")"},
        {"\xC2\x9B"
         "31m",
         R"("\u009b31m")"},  // CSI as one character
        {"gr\xC3\xBC\xC3\x9F \xF0\x9F\x9A\x80", "\"gr\xC3\xBC\xC3\x9F \xF0\x9F\x9A\x80\""},
        {"", R"("")"},
    };
    for (const auto& [value, quoted] : cases) {
        BOOST_TEST(json(value) == std::string(prefix) + std::string(quoted) + "}\n");
    }
    BOOST_TEST(text("a\nb").ends_with("v=\"a\\nb\"\n"));
    BOOST_TEST(text("a b").ends_with("v=\"a b\"\n"));
    BOOST_TEST(text("a=b").ends_with("v=\"a=b\"\n"));
    BOOST_TEST(text("").ends_with("v=\"\"\n"));
    BOOST_TEST(text("a/b:1").ends_with("v=a/b:1\n"));
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_replaced) {
    for (const std::string_view bad :
         {"\x80", "\xc0\x80", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82"}) {
        std::string expected = "\"v\":\"";
        for (std::size_t i = 0; i < bad.size(); ++i) {
            expected += "\xEF\xBF\xBD";
        }
        BOOST_TEST(json(bad).ends_with(expected + "\"}\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_long_value_is_cut_between_characters) {
    const std::string line = json(std::string(5000, 'x'));
    BOOST_TEST(line.size() < log_value_bytes_max + 100);
    BOOST_TEST(line.ends_with("xxx\xE2\x80\xA6\"}\n"));
    std::string wide;
    for (int i = 0; i < 2000; ++i) {
        wide += "\xE2\x82\xAC";
    }
    BOOST_TEST(json(wide).ends_with("\xE2\x82\xAC\xE2\x80\xA6\"}\n"));
    BOOST_TEST(text(std::string(5000, 'x')).ends_with("xxx\xE2\x80\xA6\"\n"));
}

BOOST_AUTO_TEST_CASE(a_level_below_the_least_writes_nothing) {
    world::ManualClock clock(time_of_line);
    CollectingSink sink;
    const Log log(clock, sink, LogLevel::warning, LogFormat::text);
    log.debug("no");
    log.info("no");
    log.warning("yes");
    log.error("yes", {{"n", 1}});
    BOOST_TEST(!log.enabled(LogLevel::info));
    BOOST_TEST_REQUIRE(sink.lines.size() == 2U);
    BOOST_TEST(sink.lines[0] == "2023-11-14T22:13:20.123Z WARNING yes\n");
    BOOST_TEST(sink.lines[1] == "2023-11-14T22:13:20.123Z ERROR   yes n=1\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
