// Attacks on the files of a data directory as wholes: missing, swapped, doubled, renamed, older and
// newer ones; and on the last write.
#include <algorithm>
#include <array>
#include <random>

#include <boost/test/unit_test.hpp>

#include "store/log/recover.hpp"
#include "store/log/snapshots.hpp"
#include "tests/store/engine/attacked_log.hpp"

namespace belay::store::testing {
namespace {

using world::SimDisk;

constexpr LastEnd ends[] = {LastEnd::idle, LastEnd::busy, LastEnd::closed};
constexpr std::size_t sector_bytes = 512;

std::vector<std::string> in_directory(const AttackedLog& log, std::string_view directory) {
    std::vector<std::string> found = log.files();
    std::erase_if(found, [&](const std::string& path) { return !path.starts_with(directory); });
    return found;
}

std::uint64_t number_of(const std::string& segment) {
    return *parse_segment_name(std::string_view(segment).substr(log_directory.size() + 1));
}

std::unique_ptr<SimDisk> without(const AttackedLog& log, const std::vector<std::string>& paths) {
    auto damaged = log.disk().clone(1);
    for (const std::string& path : paths) {
        BOOST_TEST_REQUIRE(damaged->remove(path).has_value());
    }
    return damaged;
}

/// Of the file's earlier life, under another number.
bool holds_stale_frames(const std::vector<std::byte>& bytes, std::uint64_t number) {
    for (std::size_t at = segment_data_offset; at < bytes.size(); at += limits::block_bytes) {
        const FrameHeader header = load_frame_header(bytes.data() + at);
        if (header.offset == at && header.segment != number) {
            return true;
        }
    }
    return false;
}

BOOST_AUTO_TEST_SUITE(attack_files)

/// What the attacks are worth: the directory holds what they are to hit.
BOOST_AUTO_TEST_CASE(the_attacked_directory_holds_all_there_is) {
    std::size_t stale = 0;
    for (const LastEnd end : ends) {
        AttackedLog log(end);
        const auto disk = log.disk().clone(1);
        const auto begun = LogRecovery::begin(*disk, "DIR");
        BOOST_TEST_REQUIRE(begun.has_value());
        std::size_t recovered = 0;
        std::size_t continued = 0;
        for (const LogSegment& segment : begun->inventory().segments) {
            (segment.header.state == SegmentState::recovered ? recovered : continued) += 1;
        }
        for (const std::string& path : in_directory(log, log_directory)) {
            stale += holds_stale_frames(contents(*disk, path), number_of(path)) ? 1U : 0U;
        }
        BOOST_TEST(continued >= 2U);
        BOOST_TEST(recovered >= 1U);
        BOOST_TEST(in_directory(log, snapshot_directory).size() == 2U);
        BOOST_TEST((log.judge(*disk, "no attack") == Verdict::all_there));
    }
    // What a clean stop releases, it may have removed.
    BOOST_TEST(stale >= 2U);
}

BOOST_AUTO_TEST_CASE(any_missing_file_is_noticed_or_not_needed) {
    for (const LastEnd end : ends) {
        AttackedLog log(end);
        for (const std::string& path : log.files()) {
            log.judge(*without(log, {path}), "without " + path);
        }
        for (const std::string& path : in_directory(log, snapshot_directory)) {
            BOOST_TEST((log.judge(*without(log, {path}), "without " + path) == Verdict::all_there));
        }
        BOOST_TEST((log.judge(*without(log, in_directory(log, snapshot_directory)),
                              "without snapshots") == Verdict::refused));
        BOOST_TEST((log.judge(*without(log, in_directory(log, log_directory)), "without a log") ==
                    Verdict::refused));
    }
}

BOOST_AUTO_TEST_CASE(of_two_missing_segments_at_least_one_is_noticed) {
    AttackedLog log(LastEnd::idle);
    const auto segments = in_directory(log, log_directory);
    for (const std::string& first : segments) {
        for (const std::string& second : segments) {
            if (first < second) {
                log.judge(*without(log, {first, second}), "without " + first + ", " + second);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(renamed_segments_are_noticed) {
    AttackedLog log(LastEnd::idle);
    const auto segments = in_directory(log, log_directory);
    for (const std::string& path : segments) {
        for (std::uint64_t to = 1; to <= number_of(segments.back()) + 2; ++to) {
            if (to == number_of(path)) {
                continue;
            }
            const auto damaged = log.disk().clone(1);
            BOOST_TEST_REQUIRE(damaged->rename(path, segment_path(to)).has_value());
            BOOST_TEST((log.judge(*damaged, path + " as " + segment_path(to)) == Verdict::refused));
        }
        const auto damaged = log.disk().clone(1);
        BOOST_TEST_REQUIRE(
            damaged->rename(path, segment_temporary_path(number_of(path))).has_value());
        log.judge(*damaged, path + " under its temporary name");
    }
}

BOOST_AUTO_TEST_CASE(swapped_and_doubled_files_are_noticed) {
    for (const LastEnd end : ends) {
        AttackedLog log(end);
        for (const std::string& first : log.files()) {
            for (const std::string& second : log.files()) {
                if (first == second) {
                    continue;
                }
                const auto doubled = log.disk().clone(1);
                replace(*doubled, second, contents(log.disk(), first));
                log.judge(*doubled, first + " in the place of " + second);
                const auto swapped = log.disk().clone(1);
                replace(*swapped, second, contents(log.disk(), first));
                replace(*swapped, first, contents(log.disk(), second));
                log.judge(*swapped, first + " and " + second + " swapped");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(an_older_copy_of_a_file_is_noticed_or_not_needed) {
    for (const LastEnd end : ends) {
        AttackedLog log(end);
        for (const auto& earlier : log.earlier()) {
            for (const std::string& path : log_and_snapshot_files(*earlier)) {
                const auto damaged = log.disk().clone(1);
                replace(*damaged, path, contents(*earlier, path));
                log.judge(*damaged, "an older " + path);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_is_newer_than_the_log_is_noticed) {
    for (const LastEnd end : ends) {
        AttackedLog log(end);
        std::vector<std::string> newer = log_and_snapshot_files(log.later());
        std::erase_if(newer, [](const std::string& path) { return path.starts_with("log"); });
        const std::string& newest = newer.back();
        const auto damaged = log.disk().clone(1);
        replace(*damaged, newest, contents(log.later(), newest));
        BOOST_TEST((log.judge(*damaged, "a newer " + newest) == Verdict::refused));
    }
}

BOOST_AUTO_TEST_CASE(a_newer_copy_of_a_file_is_noticed_or_not_needed) {
    AttackedLog log(LastEnd::idle);
    for (const std::string& path : log_and_snapshot_files(log.later())) {
        const auto damaged = log.disk().clone(1);
        replace(*damaged, path, contents(log.later(), path));
        // What is newer and whole may be taken; what it says is then the later history.
        Rig rig(3, attacked_settings());
        rig.disk = damaged->other_process();
        if (rig.try_open().has_value()) {
            const Moment now = moment_of(rig);
            const auto& moments = log.moments();
            const auto found =
                std::find_if(moments.begin() + attacked_steps, moments.end(),
                             [&](const Moment& moment) { return moment.hash == now.hash; });
            BOOST_REQUIRE_MESSAGE(found != moments.end(), "a newer " << path);
            BOOST_TEST((found->content == now.content));
        }
    }
}

/// The last group's sectors, each there or not. It has more than one frame; the steps of which all
/// sectors are there may be there, and no others.
BOOST_AUTO_TEST_CASE(a_torn_last_group_is_cut_at_a_frame) {
    AttackedLog log(LastEnd::busy);
    const auto whole = contents(log.disk(), log.last_segment());
    const auto before = [&] {
        const auto segment =
            *read_segment_header(*log.disk().clone(1), number_of(log.last_segment()));
        auto reader = *SegmentReader::open(*log.disk().clone(1), segment);
        std::uint32_t begin = 0;
        for (auto frame = *reader.next(); frame; frame = *reader.next()) {
            const bool is_first = frame->header.lsn == log.moments()[attacked_steps - 3].durable;
            begin = is_first ? frame->offset : begin;
        }
        return begin;
    }();
    BOOST_TEST_REQUIRE(before != 0U);
    std::size_t end = whole.size();
    while (whole[end - 1] == std::byte{0} || end > before + 64U * 1024) {
        --end;
    }
    const std::size_t sectors = (end - before + sector_bytes - 1) / sector_bytes;
    BOOST_TEST_REQUIRE(sectors >= 2U);
    const std::uint64_t subsets = std::uint64_t{1} << std::min<std::size_t>(sectors, 10);
    std::mt19937_64 random(1);
    std::array<std::uint64_t, 3> verdicts{};
    for (std::uint64_t subset = 0; subset < subsets; ++subset) {
        const std::uint64_t there = sectors <= 10 ? subset : random();
        const auto damaged = log.disk().clone(1);
        const std::vector<std::byte> zeros(sector_bytes);
        for (std::size_t sector = 0; sector < sectors; ++sector) {
            if ((there >> sector & 1) == 0) {
                overwrite(*damaged, log.last_segment(), before + sector * sector_bytes, zeros);
            }
        }
        const Verdict verdict = log.judge(*damaged, "sectors " + std::to_string(there));
        BOOST_TEST((verdict != Verdict::refused), "sectors " << there);
        ++verdicts[static_cast<std::size_t>(verdict)];
    }
    BOOST_TEST_MESSAGE(sectors << " sectors, " << subsets << " subsets");
    BOOST_TEST(verdicts[static_cast<std::size_t>(Verdict::last_group_cut)] > 0U);
    BOOST_TEST(verdicts[static_cast<std::size_t>(Verdict::all_there)] > 0U);
}

/// Behind the end lie whole groups of the same log at places of their own, of another segment, and
/// of the segment's earlier life.
BOOST_AUTO_TEST_CASE(stale_frames_behind_the_end_are_never_replayed) {
    AttackedLog log(LastEnd::idle);
    const auto target = contents(log.disk(), log.last_segment());
    std::size_t end = target.size();
    while (end > segment_data_offset && target[end - 1] == std::byte{0}) {
        --end;
    }
    const std::size_t from = round_up_to_block(end);
    for (const std::string& path : in_directory(log, log_directory)) {
        const auto source = contents(log.disk(), path);
        for (std::size_t block = segment_data_offset; block < source.size(); block += 4096) {
            for (std::size_t to = from; to < target.size(); to += 4096 * 5) {
                const bool is_own_place = path == log.last_segment() && block == to;
                if (is_own_place || (!is_full_size() && (block / 4096 + to / 4096) % 10 != 0)) {
                    continue;
                }
                const auto damaged = log.disk().clone(1);
                overwrite(*damaged, log.last_segment(), to, ByteSpan(source).subspan(block, 4096));
                BOOST_TEST((log.judge(*damaged, path + " at " + std::to_string(block) + " to " +
                                                    std::to_string(to)) == Verdict::all_there));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::testing
