// Cutting a file into lines, whatever the pieces it comes in.
#include "core/batches/lines.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::batches {
namespace {

struct Seen {
    std::string text;
    std::uint64_t offset;
    std::uint64_t number;

    friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> lines_of(std::string_view file, std::size_t piece, std::uint64_t offset = 0,
                           std::uint64_t number = 1) {
    LineReader reader(offset, number);
    std::vector<Seen> seen;
    const auto take_all = [&] {
        while (const auto line = reader.next()) {
            seen.push_back({std::string(line->text), line->offset, line->number});
        }
    };
    for (std::size_t at = 0; at < file.size(); at += piece) {
        reader.feed(file.substr(at, piece));
        take_all();
    }
    reader.finish();
    take_all();
    return seen;
}

BOOST_AUTO_TEST_SUITE(batch_lines)

BOOST_AUTO_TEST_CASE(the_same_lines_whatever_the_pieces) {
    const std::string_view file = "\xEF\xBB\xBF{\"a\":1}\r\n\n  \t\n{\"b\":2}\n{}\r\n\r\nlast";
    const std::vector<Seen> expected{
        {"{\"a\":1}", 0, 1}, {"{\"b\":2}", 17, 4}, {"{}", 25, 5}, {"last", 31, 7}};
    for (std::size_t piece = 1; piece <= file.size(); ++piece) {
        BOOST_TEST_CONTEXT("pieces of " << piece) {
            BOOST_TEST((lines_of(file, piece) == expected));
        }
    }
    // Taken up again at any line, the rest is the same.
    for (std::size_t from = 1; from < expected.size(); ++from) {
        const auto rest = lines_of(file.substr(expected[from].offset), 3, expected[from].offset,
                                   expected[from].number);
        BOOST_TEST((rest == std::vector<Seen>(expected.begin() + static_cast<std::ptrdiff_t>(from),
                                              expected.end())));
    }
}

BOOST_AUTO_TEST_CASE(an_empty_file_has_no_line) {
    BOOST_TEST(lines_of("", 1).empty());
    BOOST_TEST(lines_of("\n\r\n", 1).empty());
    BOOST_TEST(lines_of("\xEF\xBB\xBF", 1).empty());
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_known_and_not_held) {
    std::string file = "a\n";
    file.append(10 * 1024 * 1024, 'x');
    file += "\nb\n";
    for (const std::size_t piece : {std::size_t{4096}, file.size()}) {
        const auto seen = lines_of(file, piece);
        BOOST_REQUIRE(seen.size() == 3U);
        BOOST_TEST(seen[1].text.size() > line_bytes_max);
        BOOST_TEST(seen[2].text == "b");
        BOOST_TEST(seen[2].offset == file.size() - 2);
        BOOST_TEST(seen[2].number == 3U);
    }
    BOOST_TEST(lines_of(file, 4096)[1].text.size() == line_bytes_max + 1);
}

/// What is told of a line is known by its length, whatever stands at the bound.
BOOST_AUTO_TEST_CASE(the_bound_of_a_line_is_exact) {
    const std::string longest(line_bytes_max, 'x');
    const std::string mark = "\xEF\xBB\xBF";
    struct Case {
        std::string line;
        bool is_too_long;
    };
    const std::vector<Case> cases{
        {longest, false},
        {longest + "\r", false},
        {mark + longest, false},
        {mark + longest + "\r", false},
        {longest + "x", true},
        {longest + "x\r", true},
        {longest + "\r\r", true},
        {longest + "\rx", true},
        {mark + longest + "x", true},
        {mark + longest + "\rx", true},
        {mark + longest + "\rxyz", true},
        {longest + mark, true},
        {std::string(line_bytes_max + 1, ' '), true},
        {std::string(line_bytes_max + 1, ' ') + "{\"id\":\"a\"}", true},
    };
    for (std::size_t at = 0; at < cases.size(); ++at) {
        for (const std::string_view end : {"", "\n", "\nnext"}) {
            const std::string file = cases[at].line + std::string(end);
            const auto whole = lines_of(file, file.size());
            BOOST_TEST_CONTEXT("case " << at << " end " << end.size()) {
                BOOST_REQUIRE(!whole.empty());
                BOOST_TEST((whole[0].text.size() > line_bytes_max) == cases[at].is_too_long);
                BOOST_TEST(whole[0].text.size() <= line_bytes_max + 1);
                BOOST_TEST(whole.size() == (end.size() > 1 ? 2U : 1U));
                BOOST_TEST(whole.back().offset ==
                           (end.size() > 1 ? cases[at].line.size() + 1 : 0U));
                BOOST_TEST((lines_of(file, 65'536) == whole));
                BOOST_TEST((lines_of(file, line_bytes_max + 2) == whole));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(one_mark_in_front_and_no_other) {
    const std::string mark = "\xEF\xBB\xBF";
    const auto seen = lines_of(mark + "\n" + mark + "a\n" + mark + mark, 2);
    BOOST_REQUIRE(seen.size() == 2U);
    BOOST_TEST(seen[0].text == mark + "a");
    BOOST_TEST(seen[1].text == mark + mark);
    BOOST_TEST(lines_of(mark + mark + "a", 1).at(0).text == mark + "a");
    // A CR that ends no line is a byte of it.
    BOOST_TEST(lines_of("a\rb\r\n", 1).at(0).text == "a\rb");
    BOOST_TEST(lines_of("a\r\r\n", 1).at(0).text == "a\r");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
