#include "store/log/segment.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"
#include "core/world/entropy.hpp"
#include "store/log/aligned_buffer.hpp"
#include "store/log/segment_supply.hpp"
#include "tests/store/log/log_rig.hpp"

namespace belay::store {
namespace {

SegmentHeader some_header() {
    return {.state = SegmentState::recovered,
            .number = 7,
            .previous = 5,
            .size = segment_bytes_min,
            .salt = 0x1234567890abcdef,
            .base_lsn = 640,
            .chain = 42,
            .durable_lsn = 1280};
}

BOOST_AUTO_TEST_SUITE(segment)

BOOST_AUTO_TEST_CASE(names_go_both_ways_and_nothing_else_is_one) {
    BOOST_TEST(segment_path(7) == "log/00000000000000000007.segment");
    BOOST_TEST(parse_segment_name("00000000000000000007.segment").value() == 7U);
    BOOST_TEST(parse_segment_name("18446744073709551615.segment").value() == UINT64_MAX);
    for (const std::string_view other :
         {"", "7.segment", "00000000000000000000.segment", "0000000000000000000x.segment",
          "00000000000000000007.segment.new", "00000000000000000007.segmen", "00000000000000000007",
          "18446744073709551616.segment", "000000000000000000007.segment", ".segment"}) {
        BOOST_TEST(!parse_segment_name(other).has_value(), other);
    }
    BOOST_TEST(is_segment_temporary_name("00000000000000000007.segment.new"));
    BOOST_TEST(!is_segment_temporary_name("00000000000000000007.segment"));
}

BOOST_AUTO_TEST_CASE(a_header_reads_back_and_every_flipped_bit_is_noticed) {
    AlignedBuffer block(limits::block_bytes);
    encode_segment_header(some_header(), block.span());
    BOOST_TEST((*decode_segment_header(block.span()) == some_header()));
    for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
        block.data()[bit / 8] ^= std::byte{1} << (bit % 8);
        BOOST_TEST_REQUIRE(decode_segment_header(block.span()).has_error(), bit);
        block.data()[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    BOOST_TEST(decode_segment_header(block.span().first(100)).has_error());
}

BOOST_AUTO_TEST_CASE(a_newer_format_is_told_from_damage) {
    AlignedBuffer block(limits::block_bytes);
    encode_segment_header(some_header(), block.span());
    block.data()[8] = std::byte{2};
    BOOST_TEST((decode_segment_header(block.span()).error() == Error::newer_format));
}

BOOST_AUTO_TEST_CASE(a_mark_belongs_to_its_segment_and_slot) {
    AlignedBuffer block(limits::block_bytes);
    const Mark mark{.sequence = 3, .durable_lsn = 640, .next_segment = 8};
    encode_mark(mark, some_header(), block.span());
    BOOST_TEST((*decode_mark(block.span(), some_header(), 1) == mark));
    BOOST_TEST(decode_mark(block.span(), some_header(), 0).has_error());
    SegmentHeader other = some_header();
    other.number = 8;
    BOOST_TEST(decode_mark(block.span(), other, 1).has_error());
    other = some_header();
    other.salt = 1;
    BOOST_TEST(decode_mark(block.span(), other, 1).has_error());
    for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
        block.data()[bit / 8] ^= std::byte{1} << (bit % 8);
        BOOST_TEST_REQUIRE(decode_mark(block.span(), some_header(), 1).has_error(), bit);
        block.data()[bit / 8] ^= std::byte{1} << (bit % 8);
    }
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_met_before_a_write_and_got_over) {
    world::SimDisk disk(1);
    test::LogRig rig(disk);
    BOOST_TEST_REQUIRE(rig.open().has_value());
    rig.append();
    rig.commit();
    BOOST_TEST(!rig.writer->is_low_on_disk());
    BOOST_TEST(rig.supply->ready());
    // No room for a third segment: the second is there, and the log goes on into it.
    disk.limit_space(2 * test::small_segment_bytes + 64 * 1024);
    while (rig.writer->statistics().segments.load() == 0) {
        rig.append(8000);
        rig.commit();
    }
    BOOST_TEST(rig.writer->is_low_on_disk());
    LogWriter::Did did = LogWriter::Did::slept;
    for (int frame = 0; frame < 30 && did != LogWriter::Did::needs_segment; ++frame) {
        rig.append(8000);
        did = rig.commit();
    }
    BOOST_TEST((did == LogWriter::Did::needs_segment));
    BOOST_TEST(!rig.writer->has_failed());
    const auto acknowledged = rig.acknowledged();
    BOOST_TEST(acknowledged.size() < rig.history.size());
    // Nothing is lost, and everything that waited is written once there is room.
    disk.limit_space(1ULL << 40);
    BOOST_TEST((rig.commit() != LogWriter::Did::needs_segment));
    BOOST_TEST(!rig.writer->is_low_on_disk());
    BOOST_TEST(rig.acknowledged().size() == rig.history.size());
    BOOST_TEST((*test::read_history(disk) == rig.history));
}

BOOST_AUTO_TEST_CASE(released_segments_are_recycled_under_new_numbers) {
    world::SimDisk disk(1);
    test::LogRig rig(disk);
    BOOST_TEST_REQUIRE(rig.open().has_value());
    std::size_t files_max = 0;
    for (int frame = 0; frame < 400; ++frame) {
        rig.append(8000);
        rig.commit();
        // As after two snapshots: nothing below the durable end is read again.
        rig.supply->release_below(rig.writer->durable_lsn());
        files_max = std::max(files_max, disk.list(log_directory)->size());
    }
    BOOST_TEST(rig.writer->statistics().segments.load() >= 20U);
    BOOST_TEST(files_max <= 4U);
    BOOST_TEST(parse_segment_name(disk.list(log_directory)->back()).value() >= 20U);
    // Stale frames of its earlier lives are in every file; none is taken for the log's.
    auto recovery = LogRecovery::begin(disk, "DIR");
    BOOST_TEST_REQUIRE(recovery.has_value());
    const Lsn start = recovery->inventory().segments.front().header.base_lsn;
    const auto seen = test::read_history(disk, start);
    BOOST_TEST_REQUIRE(seen.has_value());
    BOOST_TEST(std::equal(seen->rbegin(), seen->rend(), rig.history.rbegin()));
    BOOST_TEST(!test::read_history(disk).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
