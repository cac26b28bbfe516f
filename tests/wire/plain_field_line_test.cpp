#include "http/wire/plain_field_line.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>

#include <boost/test/unit_test.hpp>

#include "core/base/byte_lanes.hpp"
#include "tests/support/guard_page.hpp"
#include "tests/wire/transcript.hpp"

namespace belay::wire {
namespace {

constexpr std::uint64_t seed = 20261123;
constexpr std::size_t lines = 20'000;

// How many of the letters below do no harm.
constexpr std::size_t in_name = 9;
constexpr std::size_t in_value = 15;

/// Text of few letters and of all that means something in a field line.
std::string random_text(std::mt19937_64& random, std::size_t bytes_max, std::size_t harmless) {
    constexpr std::string_view letters = "abcdefgh-:::   \t\r\n\x7f\x80\xff\x1f";
    // Most texts are harmless, so that lines of some length come through.
    const std::size_t kinds = random() % 8 == 0 ? letters.size() : harmless;
    std::string text(random() % bytes_max, ' ');
    for (char& byte : text) {
        byte = letters[random() % kinds];
    }
    return text;
}

std::string random_line(std::mt19937_64& random) {
    return "x" + random_text(random, 30, in_name) + ":" + random_text(random, 90, in_value) +
           "\r\n";
}

bool is_control(char byte) {
    return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f;
}

/// The same, byte by byte and without the bounds of the fast one.
std::optional<PlainFieldLine> looked_at_slowly(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto control =
        std::find_if(text.begin() + static_cast<std::ptrdiff_t>(colon), text.end(), is_control);
    const auto end = static_cast<std::size_t>(control - text.begin());
    if (text.substr(end, 2) != "\r\n") {
        return std::nullopt;
    }
    std::string_view value = text.substr(colon + 1, end - colon - 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    value = value.substr(0, value.find_last_not_of(' ') + 1);
    return PlainFieldLine{text.substr(0, colon), value, end + 2};
}

BOOST_AUTO_TEST_SUITE(plain_field_lines)

BOOST_AUTO_TEST_CASE(a_line_is_taken_apart_as_byte_by_byte) {
    std::mt19937_64 random(seed);
    BOOST_TEST_MESSAGE("seed " << seed);
    test::GuardPage page(4096);
    std::size_t taken = 0;
    for (std::size_t count = 0; count < lines; ++count) {
        const std::string line = random_line(random) + random_text(random, 20, in_value);
        const std::optional<PlainFieldLine> slow = looked_at_slowly(line);
        // A byte read behind the text would end the process.
        const std::span<char> bytes = page.place(line);
        const std::optional<PlainFieldLine> fast = plain_field_line({bytes.data(), bytes.size()});
        if (fast) {
            BOOST_REQUIRE_MESSAGE(slow.has_value(), line);
            BOOST_TEST(fast->name == slow->name);
            BOOST_TEST(fast->value == slow->value);
            BOOST_TEST(fast->size == slow->size);
        } else if (line.size() >= 16 && slow && slow->name.size() < 64 &&
                   std::none_of(slow->name.begin(), slow->name.end(), is_control)) {
            BOOST_ERROR("a plain line was left out: " << line);
        }
        taken += fast ? 1U : 0U;
    }
    BOOST_TEST(taken > lines / 10);
    BOOST_TEST(taken < lines);
}

BOOST_AUTO_TEST_CASE(a_line_that_has_not_come_whole_is_none) {
    constexpr std::string_view line = "content-type: application/json; charset=utf-8\r\n";
    BOOST_TEST(plain_field_line(line).has_value());
    for (std::size_t size = 0; size < line.size(); ++size) {
        BOOST_TEST(!plain_field_line(line.substr(0, size)).has_value());
    }
}

BOOST_AUTO_TEST_CASE(heads_are_the_same_in_one_piece_and_byte_by_byte) {
    std::mt19937_64 random(seed);
    BOOST_TEST_MESSAGE("seed " << seed);
    std::size_t whole_heads = 0;
    for (std::size_t count = 0; count < lines / 10; ++count) {
        std::string stream = "GET / HTTP/1.1\r\nHost: a\r\n";
        for (std::size_t line = random() % 6; line > 0; --line) {
            stream += random_line(random);
        }
        stream += "\r\n";
        test::Transcript at_once;
        at_once.deliver(stream);
        // A line that comes in pieces is never looked at as a plain one.
        test::Transcript in_pieces;
        for (std::size_t size = 1; size <= stream.size(); ++size) {
            in_pieces.deliver(std::string_view(stream).substr(0, size));
        }
        BOOST_TEST(at_once.text() == in_pieces.text(), stream);
        whole_heads += at_once.ending() == test::Transcript().ending() ? 1U : 0U;
    }
    BOOST_TEST(whole_heads > lines / 100);
}

void check_marks(std::string_view text, auto below_space, auto equal_to_colon) {
    const auto place = [&](auto found) {
        return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), found) -
                                        text.begin());
    };
    BOOST_TEST(below_space(text.data()) ==
               place([](char byte) { return static_cast<unsigned char>(byte) < 0x20; }));
    BOOST_TEST(equal_to_colon(text.data()) == place([](char byte) { return byte == ':'; }));
}

BOOST_AUTO_TEST_CASE(the_first_byte_that_is_marked_is_the_first_there_is) {
    std::mt19937_64 random(seed);
    for (std::size_t count = 0; count < lines; ++count) {
        const std::string text = random_text(random, 64, in_value) + std::string(16, '\xff');
        check_marks(
            std::string_view(text).substr(0, eight_bytes::count),
            [](const char* from) {
                return eight_bytes::first(eight_bytes::below(eight_bytes::load(from), 0x20));
            },
            [](const char* from) {
                return eight_bytes::first(eight_bytes::equal(eight_bytes::load(from), ':'));
            });
        check_marks(
            std::string_view(text).substr(0, byte_lanes::count),
            [](const char* from) {
                return byte_lanes::first(byte_lanes::below(byte_lanes::load(from), 0x20));
            },
            [](const char* from) {
                return byte_lanes::first(byte_lanes::equal(byte_lanes::load(from), ':'));
            });
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
