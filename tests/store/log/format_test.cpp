// The bytes on disk, against the page that defines them and against files of the past.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "store/log/committer.hpp"
#include "store/log/dump.hpp"
#include "store/log/facts.hpp"
#include "store/log/segment_file.hpp"
#include "store/log/snapshots.hpp"
#include "store/log/verify.hpp"
#include "tests/store/log/log_rig.hpp"

namespace belay::store {
namespace {

using Bytes = std::vector<std::byte>;

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    BOOST_TEST_REQUIRE(file.good(), path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Rows of 16 bytes: the offset, then the bytes; rows of zeros are left out.
std::string to_rows(const Bytes& bytes) {
    std::string rows;
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
        std::string row;
        bool zero = true;
        for (std::size_t byte = at; byte < at + 16; ++byte) {
            char text[4];
            std::snprintf(text, sizeof text, " %02x", static_cast<unsigned>(bytes[byte]));
            row += text;
            zero = zero && bytes[byte] == std::byte{0};
        }
        if (!zero) {
            char offset[32];
            std::snprintf(offset, sizeof offset, "%05zx ", at);
            rows += offset + row + '\n';
        }
    }
    return rows;
}

Bytes from_rows(const std::string& rows, std::size_t size) {
    Bytes bytes(size);
    std::istringstream lines(rows);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        fields >> std::hex;
        std::size_t at = 0;
        fields >> at;
        for (unsigned byte = 0; fields >> byte; ++at) {
            bytes.at(at) = static_cast<std::byte>(byte);
        }
    }
    return bytes;
}

/// The segment of the worked example: made by recovery on an empty directory, one transition with a
/// record and a key, 10 ms of idleness, a clean stop.
Bytes worked_example() {
    const SegmentHeader header{.state = SegmentState::recovered,
                               .number = 1,
                               .previous = 0,
                               .size = segment_bytes_min,
                               .salt = 0x0123456789abcdef,
                               .base_lsn = first_lsn,
                               .chain = 0,
                               .durable_lsn = first_lsn};
    Bytes image(header.size);
    const auto write = [&image](std::uint64_t offset, ByteSpan bytes) {
        std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(offset));
    };
    Bytes block(limits::block_bytes);
    encode_segment_header(header, block);
    write(0, block);
    for (const std::uint64_t sequence : {0U, 1U}) {
        encode_mark({.sequence = sequence, .durable_lsn = first_lsn}, header, block);
        write(mark_offset(sequence), block);
    }
    const auto ring = *Ring::make(4 * limits::frame_bytes_max, 1, first_lsn);
    Fact record;
    record.create = true;
    record.number = 1;
    record.record = {.kind = job::Kind{1},
                     .id = *job::parse_uuid("018f6b1e-7c00-7abc-8def-0123456789ab")};
    record.value = "queued";
    Fact key;
    key.kind = FactKind::key;
    key.create = true;
    key.number = 1;
    key.key = "tenant/key";
    key.value = "202";
    const Fact facts[] = {record, key};
    const std::size_t body = encoded_body_bytes(facts);
    const Lsn lsn = ring->reserve(frame_bytes(body));
    encode_body(WallTime(Milliseconds(1'700'000'000'000)), facts, {ring->body_at(lsn), body});
    ring->publish(lsn, body);

    Committer committer(*ring, {.segment = header}, std::chrono::milliseconds(10));
    world::MonotonicTime now{};
    for (int step = 0; step < 3; ++step) {
        const CommitStep next = committer.next(now);
        write(next.offset, next.bytes);
        committer.completed(now);
        now += std::chrono::milliseconds(10);
        if (step == 1) {
            committer.stop();
        }
    }
    BOOST_TEST((committer.next(now).kind == CommitStep::Kind::finished));
    return image;
}

void put_file(world::Disk& disk, const std::string& path, const Bytes& bytes) {
    BOOST_TEST_REQUIRE(disk.make_directory(log_directory).has_value());
    const auto file = *disk.open(path, {.mode = world::Open::create, .direct = false});
    BOOST_TEST_REQUIRE(file->write_at(0, bytes).has_value());
}

std::string dump_of(world::Disk& disk, bool is_damaged = false) {
    std::ostringstream out;
    BOOST_TEST_REQUIRE(dump_log(disk, out).has_error() == is_damaged);
    return out.str();
}

BOOST_AUTO_TEST_SUITE(format)

BOOST_AUTO_TEST_CASE(the_worked_example_of_the_page_is_what_the_code_writes) {
    const std::string page = read_text(BELAY_FORMAT_PAGE);
    const std::string opening = "```hex\n";
    const std::size_t begin = page.find(opening);
    BOOST_TEST_REQUIRE(begin != std::string::npos);
    const std::size_t end = page.find("```", begin + opening.size());
    const std::string rows = page.substr(begin + opening.size(), end - begin - opening.size());
    BOOST_TEST(to_rows(worked_example()) == rows);
    world::SimDisk disk(1);
    put_file(disk, segment_path(1), from_rows(rows, segment_bytes_min));
    const std::string dump = dump_of(disk);
    BOOST_TEST(page.find(dump) != std::string::npos, dump);
}

BOOST_AUTO_TEST_CASE(a_segment_of_version_1_reads_as_it_did) {
    const std::string rows = read_text(BELAY_GOLDEN "/version_1.hex");
    world::SimDisk disk(1);
    put_file(disk, segment_path(1), from_rows(rows, test::small_segment_bytes));
    BOOST_TEST(dump_of(disk) == read_text(BELAY_GOLDEN "/version_1.txt"));
    test::LogRig rig(disk);
    const auto opened = rig.open();
    BOOST_TEST_REQUIRE(opened.has_value(), opened.error().what);
    BOOST_TEST((opened->tail == TailDecision::clean_end));
    BOOST_TEST(opened->frames == 6U);
    rig.append();
    rig.commit();
    BOOST_TEST(test::read_history(disk)->size() == 7U);
}

BOOST_AUTO_TEST_CASE(the_dump_shows_damage_and_goes_on) {
    world::SimDisk disk(1);
    put_file(disk, segment_path(1), worked_example());
    disk.flip_bit(segment_path(1), segment_data_offset + 70, 1);
    disk.flip_bit(segment_path(1), mark_offset(1), 1);
    put_file(disk, segment_path(2), Bytes(segment_bytes_min));
    put_file(disk, "log/something", Bytes(1));
    const std::string dump = dump_of(disk, true);
    BOOST_TEST(dump.find("8192 mark: damaged") != std::string::npos, dump);
    BOOST_TEST(dump.find("body is damaged") != std::string::npos, dump);
    BOOST_TEST(dump.find("its header is damaged") != std::string::npos, dump);
    BOOST_TEST(dump.find("log/something: not a segment") != std::string::npos, dump);
}

BOOST_AUTO_TEST_CASE(a_dump_fails_over_a_bad_header_mark_or_sector_and_not_over_a_torn_group) {
    const auto damaged_at = [](std::uint64_t offset) {
        world::SimDisk disk(1);
        put_file(disk, segment_path(1), worked_example());
        disk.flip_bit(segment_path(1), offset, 1);
        std::ostringstream out;
        return dump_log(disk, out).has_error();
    };
    BOOST_TEST(damaged_at(20));
    BOOST_TEST(damaged_at(mark_offset(0) + 20));
    BOOST_TEST(!damaged_at(segment_data_offset + 70));
    world::SimDisk disk(1);
    put_file(disk, segment_path(1), worked_example());
    disk.break_sector(segment_path(1), segment_data_offset);
    dump_of(disk, true);
}

BOOST_AUTO_TEST_CASE(a_key_cannot_write_to_the_terminal) {
    world::SimDisk disk(1);
    const std::string dump = [&] {
        std::ostringstream out;
        test::LogRig rig(disk);
        BOOST_TEST_REQUIRE(rig.open().has_value());
        Fact key;
        key.kind = FactKind::key;
        key.key = "a\x1b[2J\n\"\\";
        const std::size_t body = encoded_body_bytes({&key, 1});
        const Lsn lsn = rig.ring->reserve(frame_bytes(body));
        encode_body(WallTime{}, {&key, 1}, {rig.ring->body_at(lsn), body});
        rig.ring->publish(lsn, body);
        rig.commit();
        BOOST_TEST_REQUIRE(dump_log(disk, out).has_value());
        return out.str();
    }();
    BOOST_TEST(dump.find(R"(key "a\x1b[2J\x0a\"\\" version 0)") != std::string::npos, dump);
}

BOOST_AUTO_TEST_CASE(verify_finds_each_damage_and_forgives_what_a_crash_leaves) {
    world::SimDisk disk(1);
    test::LogRig rig(disk);
    BOOST_TEST_REQUIRE(rig.open().has_value());
    for (int frame = 0; frame < 30; ++frame) {
        rig.append(9000);
        rig.commit();
    }
    rig.idle();
    const auto sound = verify_directory(disk);
    BOOST_TEST(sound.findings.empty());
    BOOST_TEST(sound.frames == 30U);
    BOOST_TEST(sound.segments == 4U);  // the prepared one too
    {
        const auto damaged = disk.clone(1);
        damaged->flip_bit(segment_path(1), segment_data_offset + 100, 1);
        damaged->flip_bit(segment_path(2), mark_offset(0) + 3, 1);
        const auto report = verify_directory(*damaged);
        BOOST_TEST(!report.is_sound());
        BOOST_TEST_REQUIRE(report.findings.size() == 2U);
        BOOST_TEST(report.findings[0].file == segment_path(2));
        BOOST_TEST(report.findings[0].offset == mark_offset(0));
        BOOST_TEST(report.findings[1].what.find(segment_path(1) + " at offset 12288") !=
                   std::string::npos);
    }
    {
        const auto crashed = disk.clone(1);
        put_file(*crashed, segment_temporary_path(9), Bytes(100));
        const auto report = verify_directory(*crashed);
        BOOST_TEST(report.is_sound());
        BOOST_TEST(report.findings.size() == 1U);
    }
    {
        // A snapshot that is newer than the log's end: the log is an old copy.
        const auto old_copy = disk.clone(1);
        SnapshotInfo info;
        info.start_lsn = 64 << 20;
        auto writer = SnapshotWriter::begin(*old_copy, info);
        BOOST_TEST_REQUIRE(
            (writer.has_value() && writer->finish().has_value() && writer->install().has_value()));
        BOOST_TEST(!verify_directory(*old_copy).is_sound());
    }
    {
        const auto missing = disk.clone(1);
        BOOST_TEST_REQUIRE(missing->remove(segment_path(1)).has_value());
        BOOST_TEST(!verify_directory(*missing).is_sound());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
