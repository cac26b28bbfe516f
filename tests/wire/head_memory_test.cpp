#include "http/wire/head_memory.hpp"

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "http/wire/request_head_parser.hpp"
#include "tests/support/guard_page.hpp"
#include "tests/wire/transcript.hpp"

namespace belay::wire {
namespace {

constexpr std::uint64_t seed = 20261123;

HeadMemory::Line line_of(std::string_view text) {
    return {.size = static_cast<std::uint16_t>(text.size()), .name_size = 1, .value_begin = 2};
}

BOOST_AUTO_TEST_SUITE(head_memory)

BOOST_AUTO_TEST_CASE(a_line_is_found_by_the_very_same_bytes_alone) {
    // A text that is short ends where readable memory does: a read too far ends the test.
    test::GuardPage guard(128);
    const auto at_the_end = [&](std::string_view text) {
        const std::span<char> placed = guard.place(text);
        return std::string_view(placed.data(), placed.size());
    };
    // Of every length, so that whole words, the last overlapping one and short lines are compared.
    for (std::size_t size = 4; size <= 128; ++size) {
        const std::string line = "a:" + std::string(size - 4, 'v') + "\r\n";
        const std::string text = line + "Host: somewhere.example\r\n\r\n";
        HeadMemory memory;
        BOOST_TEST(memory.find(3, text) == nullptr);
        memory.keep(3, text, line_of(line));
        const HeadMemory::Line* found = memory.find(3, text);
        BOOST_REQUIRE(found != nullptr);
        BOOST_TEST(found->size == size);
        BOOST_TEST(memory.find(2, text) == nullptr);
        for (std::size_t at = 0; at < size; ++at) {
            for (const char change : {'\x01', '\x20', '\x80'}) {
                std::string changed = text;
                changed[at] = static_cast<char>(changed[at] ^ change);
                BOOST_TEST_REQUIRE(memory.find(3, changed) == nullptr);
            }
        }
        for (std::size_t shorter = 0; shorter < size; ++shorter) {
            BOOST_TEST_REQUIRE(memory.find(3, at_the_end(line.substr(0, shorter))) == nullptr);
        }
        const bool is_compared = size >= byte_lanes::count;
        BOOST_TEST((memory.find(3, at_the_end(line)) != nullptr) == is_compared);
    }
}

BOOST_AUTO_TEST_CASE(two_lines_that_take_turns_do_not_drive_each_other_out) {
    HeadMemory memory;
    const std::string one = "User-Agent: the first of two\r\n";
    const std::string other = "User-Agent: the other of two\r\n";
    memory.keep(0, one, line_of(one));
    for (int turn = 0; turn < 100; ++turn) {
        BOOST_TEST(memory.find(0, other) == nullptr);
        memory.keep(0, other, line_of(other));
        BOOST_TEST(memory.find(0, one) != nullptr);
    }
    // But the one that stays away is forgotten in the end.
    int turns = 0;
    while (memory.find(0, other) == nullptr && turns < 100) {
        memory.keep(0, other, line_of(other));
        ++turns;
    }
    BOOST_TEST(turns == 4);
    BOOST_TEST(memory.find(0, one) == nullptr);
}

BOOST_AUTO_TEST_CASE(what_proves_who_asks_and_what_is_long_is_not_kept) {
    HeadMemory memory;
    const std::string secret = "Authorization: Bearer of news\r\n";
    HeadMemory::Line line = line_of(secret);
    line.known = FieldName::authorization;
    memory.keep(0, secret, line);
    BOOST_TEST(memory.find(0, secret) == nullptr);
    const std::string long_line = "X: " + std::string(200, 'x') + "\r\n";
    memory.keep(0, long_line, line_of(long_line));
    BOOST_TEST(memory.find(0, long_line) == nullptr);
    memory.keep(1000, secret, line_of(secret));
    BOOST_TEST(memory.find(1000, secret) == nullptr);
}

BOOST_AUTO_TEST_CASE(an_empty_host_was_not_there_before) {
    HeadMemory memory;
    BOOST_TEST(!memory.is_sound_host(""));
    memory.keep_sound_host("a.example:80");
    BOOST_TEST(memory.is_sound_host("a.example:80"));
    BOOST_TEST(!memory.is_sound_host("a.example:8"));
    memory.keep_sound_host(std::string(65, 'a'));
    BOOST_TEST(!memory.is_sound_host(std::string(65, 'a')));
}

/// Heads of a few lines each, sound ones and others, that often have a line of the one before.
BOOST_AUTO_TEST_CASE(what_comes_out_does_not_depend_on_what_was_before) {
    std::mt19937_64 random(seed);
    BOOST_TEST_MESSAGE("seed " << seed);
    const std::vector<std::string> lines{"Host: a.example\r\n",
                                         "Host: b.example:8080\r\n",
                                         "Host: a.exa mple\r\n",
                                         "Host:\r\n",
                                         "Accept: */*\r\n",
                                         "User-Agent: some thing/1\r\n",
                                         "User-Agent: some thing/2\r\n",
                                         "Content-Length: 0\r\n",
                                         "Content-Length: 1\r\n",
                                         "Transfer-Encoding: chunked\r\n",
                                         "X-Request-ID: 1234567890\r\n",
                                         "X-Request-ID: 1234567891\r\n",
                                         "X-Long: " + std::string(140, 'l') + "\r\n",
                                         "Bad Name: x\r\n",
                                         "X-Tab: \tx\r\n",
                                         "X-Bare: a\rb\r\n",
                                         " folded\r\n",
                                         "Authorization: Bearer x.y.z\r\n"};
    HeadMemory memory;
    std::size_t accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string head = "GET /a HTTP/1.1\r\n";
        if (random() % 8 != 0) {
            head += lines[random() % 2];
        }
        for (std::uint64_t count = random() % 6; count > 0; --count) {
            head += lines[random() % (random() % 4 == 0 ? lines.size() : 12)];
        }
        head += "\r\n";
        if (random() % 16 == 0) {
            head[random() % head.size()] = static_cast<char>(random());
        }
        test::Transcript plain;
        plain.deliver(head);
        test::Transcript remembering(&memory);
        if (random() % 4 == 0) {
            remembering.deliver(head.substr(0, random() % head.size()));
        }
        remembering.deliver(head);
        BOOST_TEST_REQUIRE(remembering.text() == plain.text());
        accepted += plain.ending() == "between requests" ? 1U : 0U;
    }
    BOOST_TEST(accepted > 2'000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
