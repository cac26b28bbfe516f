// What a start makes of a log that is not what was written: it refuses, or accepts a prefix of the
// history that has everything in it that anything on disk names as durable. Nothing else.
#include <algorithm>
#include <functional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "store/log/reader.hpp"
#include "tests/store/log/log_rig.hpp"

namespace belay::store {
namespace {

using test::History;
using test::LogRig;
using world::SimDisk;

std::vector<std::byte> contents(SimDisk& disk, const std::string& path) {
    const auto file = *disk.open(path, {.mode = world::Open::read, .direct = false});
    std::vector<std::byte> bytes(*file->size());
    BOOST_TEST_REQUIRE(*file->read_at(0, bytes) == bytes.size());
    return bytes;
}

void overwrite(SimDisk& disk, const std::string& path, std::uint64_t offset, ByteSpan bytes) {
    const auto file = *disk.open(path, {.mode = world::Open::write, .direct = false});
    BOOST_TEST_REQUIRE(file->write_at(offset, bytes).has_value());
    BOOST_TEST_REQUIRE(file->sync().has_value());
}

/// The byte places worth damaging: all that are not zero or stand near one that is not, and some of
/// the long runs of zeros.
std::vector<std::size_t> places(const std::vector<std::byte>& bytes) {
    std::vector<std::size_t> found;
    std::size_t last_written = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (bytes[at] != std::byte{0}) {
            last_written = at;
        }
        if (at - last_written < 16 || at % 509 == 0) {
            found.push_back(at);
        }
    }
    return found;
}

/// Flips a bit in each place and hands the disk to `judge`.
void flip_each(const SimDisk& disk, const std::string& path,
               const std::function<void(SimDisk&, std::size_t)>& judge) {
    const auto source = disk.clone(1);
    for (const std::size_t at : places(contents(*source, path))) {
        const auto damaged = disk.clone(1);
        damaged->flip_bit(path, at, static_cast<unsigned>(at % 8));
        judge(*damaged, at);
    }
}

/// A log of a few groups in its first segment.
struct SmallLog {
    SmallLog() : rig(disk) {
        BOOST_TEST_REQUIRE(rig.open().has_value());
        rig.append(10);
        rig.commit();
        rig.append(300);
        rig.append(20);
        rig.commit();
        rig.append(700);
        rig.commit();
        named = rig.acknowledged();
        rig.append(100);
        rig.append(600);
        rig.append(5);
        rig.commit();
    }

    SimDisk disk{1};
    LogRig rig;
    History named;  ///< what the last group names as durable
    const std::string path = segment_path(1);
};

bool refused_with_place(const explained<History>& seen) {
    return seen.has_error() && seen.error().what.find("log/0") != std::string::npos &&
           seen.error().what.find("offset") != std::string::npos;
}

BOOST_AUTO_TEST_SUITE(damage)

BOOST_AUTO_TEST_CASE(a_flip_in_a_marked_log_loses_nothing) {
    SmallLog log;
    log.rig.idle();
    flip_each(log.disk, log.path, [&](SimDisk& damaged, std::size_t at) {
        const auto seen = test::read_history(damaged);
        BOOST_TEST_REQUIRE((seen.has_value() ? *seen == log.rig.history : refused_with_place(seen)),
                           at);
        if (at >= segment_data_offset) {
            const bool in_frame = seen.has_error();
            BOOST_TEST_REQUIRE((in_frame || contents(log.disk, log.path)[at] == std::byte{0}), at);
        }
    });
}

BOOST_AUTO_TEST_CASE(a_flip_in_an_unmarked_log_loses_at_most_the_last_group) {
    SmallLog log;
    int torn = 0;
    flip_each(log.disk, log.path, [&](SimDisk& damaged, std::size_t at) {
        const auto seen = test::read_history(damaged);
        if (seen.has_error()) {
            BOOST_TEST_REQUIRE(refused_with_place(seen), at);
            return;
        }
        torn += *seen == log.rig.history ? 0 : 1;
        BOOST_TEST_REQUIRE(test::is_prefix(*seen, log.rig.history), at);
        BOOST_TEST_REQUIRE(test::is_prefix(log.named, *seen), at);
    });
    BOOST_TEST(torn > 0);
}

BOOST_AUTO_TEST_CASE(a_flip_after_a_clean_stop_loses_nothing) {
    SmallLog log;
    BOOST_TEST_REQUIRE(log.rig.stop());
    int refused = 0;
    flip_each(log.disk, log.path, [&](SimDisk& damaged, std::size_t at) {
        const auto seen = test::read_history(damaged);
        refused += seen.has_error() ? 1 : 0;
        BOOST_TEST_REQUIRE((seen.has_value() ? *seen == log.rig.history : refused_with_place(seen)),
                           at);
    });
    BOOST_TEST(refused > 0);
}

/// What a start wrote is durable when it serves, though no group and no idleness followed.
BOOST_AUTO_TEST_CASE(a_flip_in_a_recovered_tail_loses_nothing) {
    SmallLog log;
    log.disk.kill();
    log.disk.restart();
    LogRig again(log.disk, 2);
    BOOST_TEST_REQUIRE(again.open().has_value());  // segments 1 and 2 were there: it makes 3
    int refused = 0;
    flip_each(log.disk, segment_path(3), [&](SimDisk& damaged, std::size_t at) {
        const auto seen = test::read_history(damaged);
        refused += seen.has_error() ? 1 : 0;
        BOOST_TEST_REQUIRE((seen.has_value() ? *seen == again.history : refused_with_place(seen)),
                           at);
    });
    BOOST_TEST(refused > 0);
}

BOOST_AUTO_TEST_CASE(a_truncated_segment_is_refused) {
    SmallLog log;
    log.rig.idle();
    for (std::uint64_t size = 0; size < test::small_segment_bytes; size += 61) {
        const auto damaged = log.disk.clone(1);
        const auto file = *damaged->open(log.path, {.mode = world::Open::write, .direct = false});
        BOOST_TEST_REQUIRE(file->resize(size).has_value());
        BOOST_TEST_REQUIRE(refused_with_place(test::read_history(*damaged)), size);
    }
}

/// Any of the last group's sectors may be there or not, in any order.
BOOST_AUTO_TEST_CASE(a_torn_group_is_cut_and_the_log_goes_on) {
    SmallLog log;
    const History before = log.rig.acknowledged();
    const auto old_disk = log.disk.clone(1);
    const auto old_bytes = contents(*old_disk, log.path);
    for (const std::size_t bytes : {3000U, 600U, 1000U, 2000U}) {
        log.rig.append(bytes);
    }
    log.rig.commit();
    const auto new_bytes = contents(log.disk, log.path);
    std::vector<std::size_t> sectors;
    for (std::size_t at = 0; at < new_bytes.size(); at += 512) {
        if (!std::equal(new_bytes.begin() + static_cast<std::ptrdiff_t>(at),
                        new_bytes.begin() + static_cast<std::ptrdiff_t>(at + 512),
                        old_bytes.begin() + static_cast<std::ptrdiff_t>(at))) {
            sectors.push_back(at);
        }
    }
    BOOST_TEST_REQUIRE(sectors.size() >= 12U);
    world::SeededEntropy entropy(7);
    std::size_t lengths[5] = {};
    for (int round = 0; round < 600; ++round) {
        const auto torn = old_disk->clone(1);
        std::uint64_t coins = entropy.number();
        if (round < 64) {
            coins = round % 2 == 0 ? (1ULL << (round / 2)) - 1 : ~((1ULL << (round / 2)) - 1);
        }
        for (std::size_t sector = 0; sector < sectors.size(); ++sector) {
            if ((coins >> sector & 1) != 0) {
                overwrite(*torn, log.path, sectors[sector],
                          ByteSpan(new_bytes).subspan(sectors[sector], 512));
            }
        }
        LogRig again(*torn, 2);
        const auto opened = again.open();
        BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
        BOOST_TEST_REQUIRE(test::is_prefix(before, again.history), round);
        BOOST_TEST_REQUIRE(test::is_prefix(again.history, log.rig.history), round);
        ++lengths[again.history.size() - before.size()];
        if (opened->tail == TailDecision::torn) {
            BOOST_TEST_REQUIRE(opened->cut_bytes > 0U);
            BOOST_TEST_REQUIRE(opened->cut_file == log.path);
        }
        // New frames take the LSNs of those that were cut; the old ones never come back.
        again.append(50);
        again.append(1500);
        again.commit();
        BOOST_TEST_REQUIRE((*test::read_history(*torn) == again.history), round);
    }
    for (const std::size_t length : lengths) {
        BOOST_TEST(length > 0U);
    }
}

BOOST_AUTO_TEST_CASE(bytes_shaped_like_a_frame_inside_a_value_name_nothing) {
    SmallLog log;
    const auto old_disk = log.disk.clone(1);
    std::string value(4000, '\0');
    // The frame begins on the next block; its value 64-aligned somewhere behind its header.
    const std::uint32_t group = segment_data_offset + 4 * limits::block_bytes;
    for (std::size_t place = 0; place + 64 <= value.size(); ++place) {
        const std::size_t in_frame = 64 + 8 + 10 + 18 + 4 + place;
        if (in_frame % 64 != 0) {
            continue;
        }
        FrameHeader forged;
        forged.length = 64;
        forged.type = 1;
        forged.lsn = 1'000'000;
        forged.segment = 1;
        forged.offset = group + static_cast<std::uint32_t>(in_frame);
        forged.durable_lsn = 1'000'000;
        forged.header_checksum = header_checksum(forged, 0);
        store_frame_header(reinterpret_cast<std::byte*>(value.data()) + place, forged);
    }
    const History before = log.rig.history;
    log.rig.append_value(value);
    log.rig.commit();
    const auto bytes = contents(log.disk, log.path);
    overwrite(*old_disk, log.path, group + 512, ByteSpan(bytes).subspan(group + 512, 7 * 512));
    LogRig again(*old_disk, 2);
    const auto opened = again.open();
    BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
    BOOST_TEST((opened->tail == TailDecision::torn));
    BOOST_TEST((again.history == before));
}

BOOST_AUTO_TEST_CASE(junk_behind_the_end_is_ignored) {
    SmallLog log;
    std::vector<std::byte> junk(8192);
    world::SeededEntropy(3).fill(junk);
    overwrite(log.disk, log.path, segment_data_offset + 4 * limits::block_bytes, junk);
    // A frame of the same log at another place, byte for byte.
    const auto bytes = contents(log.disk, log.path);
    overwrite(log.disk, log.path, segment_data_offset + 6 * limits::block_bytes,
              ByteSpan(bytes).subspan(segment_data_offset, limits::block_bytes));
    BOOST_TEST((*test::read_history(log.disk) == log.rig.history));
}

BOOST_AUTO_TEST_CASE(one_mark_may_be_damaged_but_not_both) {
    SmallLog log;
    for (const bool first : {false, true}) {
        for (const bool second : {false, true}) {
            const auto damaged = log.disk.clone(1);
            if (first) {
                damaged->flip_bit(log.path, mark_offset(0) + 20, 1);
            }
            if (second) {
                damaged->flip_bit(log.path, mark_offset(1) + 20, 1);
            }
            const auto seen = test::read_history(*damaged);
            BOOST_TEST(seen.has_value() == !(first && second));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_write_that_the_disk_lost_is_noticed) {
    for (const bool misdirect : {false, true}) {
        SmallLog log;
        if (misdirect) {
            log.disk.misdirect_write({.call = world::SimCall::write, .nth = 1, .path = {}},
                                     segment_data_offset + 20 * limits::block_bytes);
        } else {
            log.disk.lose_write({.call = world::SimCall::write, .nth = 1, .path = {}});
        }
        log.rig.append();
        log.rig.commit();
        log.rig.append();
        log.rig.commit();
        BOOST_TEST(refused_with_place(test::read_history(log.disk)));
    }
}

BOOST_AUTO_TEST_CASE(a_sector_that_cannot_be_read_is_refused_by_name) {
    SmallLog log;
    log.disk.break_sector(log.path, segment_data_offset + 100);
    const auto seen = test::read_history(log.disk);
    BOOST_TEST_REQUIRE(refused_with_place(seen));
    BOOST_TEST((seen.error().code == boost::system::errc::io_error));
}

/// Several full segments.
struct LongLog {
    LongLog() : rig(disk) {
        BOOST_TEST_REQUIRE(rig.open().has_value());
        while (rig.writer->statistics().segments.load() < 4) {
            rig.append(20'000);
            rig.commit();
        }
        rig.append(100);
        rig.commit();
        rig.idle();
    }

    SimDisk disk{1};
    LogRig rig;
    static constexpr std::uint64_t last = 5;
    static constexpr std::uint64_t spare = 6;
};

BOOST_AUTO_TEST_CASE(any_missing_segment_is_noticed) {
    LongLog log;
    BOOST_TEST((*test::read_history(log.disk) == log.rig.history));
    for (std::uint64_t number = 1; number <= LongLog::spare; ++number) {
        for (const bool spare_too : {false, true}) {
            const auto damaged = log.disk.clone(1);
            BOOST_TEST_REQUIRE(damaged->remove(segment_path(number)).has_value());
            if (spare_too && number != LongLog::spare) {
                BOOST_TEST_REQUIRE(damaged->remove(segment_path(LongLog::spare)).has_value());
            }
            const auto seen = test::read_history(*damaged);
            BOOST_TEST(seen.has_value() == (number == LongLog::spare), number);
        }
    }
}

BOOST_AUTO_TEST_CASE(swapped_doubled_and_old_segments_are_noticed) {
    LongLog log;
    {
        const auto damaged = log.disk.clone(1);
        (void)damaged->rename(segment_path(2), "log/x");
        (void)damaged->rename(segment_path(3), segment_path(2));
        (void)damaged->rename("log/x", segment_path(3));
        BOOST_TEST(refused_with_place(test::read_history(*damaged)));
    }
    for (const std::uint64_t to : {LongLog::spare, LongLog::spare + 1}) {
        const auto damaged = log.disk.clone(1);
        (void)damaged->open(segment_path(to), {.mode = world::Open::truncate, .direct = false});
        overwrite(*damaged, segment_path(to), 0, contents(log.disk, segment_path(3)));
        BOOST_TEST(refused_with_place(test::read_history(*damaged)));
    }
    {
        // Another log's segment of the same number.
        SimDisk other_disk(2);
        LogRig other(other_disk, 77);
        BOOST_TEST_REQUIRE(other.open().has_value());
        while (other.writer->statistics().segments.load() < 4) {
            other.append(20'000);
            other.commit();
        }
        const auto damaged = log.disk.clone(1);
        overwrite(*damaged, segment_path(3), 0, contents(other_disk, segment_path(3)));
        BOOST_TEST(refused_with_place(test::read_history(*damaged)));
    }
    {
        // The header of a segment that is in use, as it was when it was prepared: a lost write.
        const auto damaged = log.disk.clone(1);
        const SegmentHeader now = *read_segment_header(*damaged, LongLog::last);
        SegmentHeader prepared{
            .number = now.number, .previous = now.previous, .size = now.size, .salt = now.salt};
        std::vector<std::byte> block(limits::block_bytes);
        encode_segment_header(prepared, block);
        overwrite(*damaged, segment_path(LongLog::last), 0, block);
        BOOST_TEST(refused_with_place(test::read_history(*damaged)));
    }
}

BOOST_AUTO_TEST_CASE(an_older_copy_of_a_segment_is_noticed) {
    SmallLog log;
    const auto old_bytes = contents(log.disk, log.path);
    while (log.rig.writer->statistics().segments.load() < 2) {
        log.rig.append(20'000);
        log.rig.commit();
    }
    overwrite(log.disk, log.path, 0, old_bytes);
    BOOST_TEST(refused_with_place(test::read_history(log.disk)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
