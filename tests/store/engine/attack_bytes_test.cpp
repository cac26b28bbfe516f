// Attacks on the bytes of single files of a data directory: flips, truncations, both marks.
#include <algorithm>
#include <cstdio>
#include <random>

#include <boost/test/unit_test.hpp>

#include "store/log/segment.hpp"
#include "tests/store/engine/attacked_log.hpp"

namespace belay::store::testing {
namespace {

using world::SimDisk;

constexpr std::uint64_t seed = 20'261'122;
constexpr unsigned whole_byte = 8;

struct Tally {
    std::uint64_t refused = 0;
    std::uint64_t all_there = 0;
    std::uint64_t last_group_cut = 0;

    void add(Verdict verdict) {
        (verdict == Verdict::refused     ? refused
         : verdict == Verdict::all_there ? all_there
                                         : last_group_cut) += 1;
    }
    void print(const char* what) const {
        std::fprintf(stderr,
                     "%s: %llu attacks (seed %llu): %llu refused, %llu lost nothing, "
                     "%llu lost the group that nothing named\n",
                     what, static_cast<unsigned long long>(refused + all_there + last_group_cut),
                     static_cast<unsigned long long>(seed),
                     static_cast<unsigned long long>(refused),
                     static_cast<unsigned long long>(all_there),
                     static_cast<unsigned long long>(last_group_cut));
    }
};

/// Bytes that are not zero or stand near one that is not.
bool says_something(const std::vector<std::byte>& bytes, std::size_t at) {
    const std::size_t begin = at < 16 ? 0 : at - 16;
    const std::size_t end = std::min(at + 8, bytes.size());
    return std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                       bytes.begin() + static_cast<std::ptrdiff_t>(end),
                       [](std::byte byte) { return byte != std::byte{0}; });
}

void flip(SimDisk& disk, const std::string& path, std::size_t at, unsigned bit) {
    for (unsigned each = 0; each < 8; ++each) {
        if (bit == each || bit == whole_byte) {
            disk.flip_bit(path, at, each);
        }
    }
}

/// Full size: each byte that says something in nine ways, each other one in two.
Tally flip_all(AttackedLog& log) {
    std::mt19937_64 random(seed);
    Tally tally;
    for (const std::string& path : log.files()) {
        const std::vector<std::byte> bytes = contents(log.disk(), path);
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            const bool says = says_something(bytes, at);
            const auto chosen = static_cast<unsigned>(random() % 9);
            if (!is_full_size() && random() % (says ? 40 : 900) != 0) {
                continue;
            }
            for (unsigned bit = 0; bit <= whole_byte; ++bit) {
                const bool in_full = says || bit == at % 8 || bit == whole_byte;
                if (is_full_size() ? !in_full : bit != chosen) {
                    continue;
                }
                const auto damaged = log.disk().clone(1);
                flip(*damaged, path, at, bit);
                tally.add(log.judge(*damaged, path + " byte " + std::to_string(at) + " bit " +
                                                  std::to_string(bit)));
            }
        }
    }
    return tally;
}

BOOST_AUTO_TEST_SUITE(attack_bytes)

BOOST_AUTO_TEST_CASE(a_flip_in_an_idle_log_loses_nothing) {
    AttackedLog log(LastEnd::idle);
    const Tally tally = flip_all(log);
    tally.print("flips, idle");
    BOOST_TEST(tally.refused > 0U);
    BOOST_TEST(tally.all_there > 0U);
    BOOST_TEST(tally.last_group_cut == 0U);
}

BOOST_AUTO_TEST_CASE(a_flip_in_a_busy_log_loses_at_most_the_group_that_nothing_names) {
    AttackedLog log(LastEnd::busy);
    const Tally tally = flip_all(log);
    tally.print("flips, busy");
    BOOST_TEST(tally.refused > 0U);
    BOOST_TEST(tally.last_group_cut > 0U);
}

BOOST_AUTO_TEST_CASE(a_flip_in_a_closed_log_loses_nothing) {
    AttackedLog log(LastEnd::closed);
    const Tally tally = flip_all(log);
    tally.print("flips, closed");
    BOOST_TEST(tally.refused > 0U);
    BOOST_TEST(tally.last_group_cut == 0U);
}

BOOST_AUTO_TEST_CASE(a_truncated_file_loses_nothing) {
    AttackedLog log(LastEnd::idle);
    std::mt19937_64 random(seed);
    Tally tally;
    for (const std::string& path : log.files()) {
        const std::size_t size = contents(log.disk(), path).size();
        for (std::size_t length = 0; length < size; ++length) {
            const bool is_edge = length % 4096 < 2 || length + 2 >= size;
            if (!is_full_size() && !is_edge && random() % 1000 != 0) {
                continue;
            }
            const auto damaged = log.disk().clone(1);
            {
                const auto file =
                    *damaged->open(path, {.mode = world::Open::write, .direct = false});
                BOOST_TEST_REQUIRE(file->resize(length).has_value());
            }
            tally.add(log.judge(*damaged, path + " cut to " + std::to_string(length)));
        }
    }
    tally.print("truncations");
    BOOST_TEST(tally.refused > 0U);
    BOOST_TEST(tally.last_group_cut == 0U);
}

BOOST_AUTO_TEST_CASE(a_file_that_grew_loses_nothing) {
    AttackedLog log(LastEnd::idle);
    for (const std::string& path : log.files()) {
        const std::size_t size = contents(log.disk(), path).size();
        for (const std::size_t more : {1U, 64U, 4096U}) {
            const auto damaged = log.disk().clone(1);
            overwrite(*damaged, path, size, std::vector<std::byte>(more));
            log.judge(*damaged, path + " grown by " + std::to_string(more));
        }
    }
}

BOOST_AUTO_TEST_CASE(both_marks_damaged_lose_nothing) {
    for (const LastEnd end : {LastEnd::idle, LastEnd::busy, LastEnd::closed}) {
        AttackedLog log(end);
        for (const std::string& path : log.files()) {
            if (!path.starts_with(log_directory)) {
                continue;
            }
            const auto damaged = log.disk().clone(1);
            for (const std::uint64_t slot : {0U, 1U}) {
                damaged->flip_bit(path, mark_offset(slot) + 24, 3);
            }
            const Verdict verdict = log.judge(*damaged, path + " without marks");
            BOOST_TEST((verdict == Verdict::refused || path != log.last_segment()));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
