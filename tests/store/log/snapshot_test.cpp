#include "store/log/snapshot.hpp"

#include <map>
#include <set>

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"
#include "store/log/snapshots.hpp"

namespace belay::store {
namespace {

using world::SimDisk;

std::string value_of(std::uint64_t entry) {
    return std::string(static_cast<std::size_t>(entry * 37 % 3000),
                       static_cast<char>('a' + entry % 26));
}

Fact entry_fact(std::uint64_t entry, const std::string& key, const std::string& value) {
    Fact fact;
    fact.number = entry;
    fact.value = value;
    if (entry % 3 == 0) {
        fact.kind = FactKind::key;
        fact.key = key;
    } else {
        fact.record.kind = job::Kind{3};
        fact.record.id.octets[0] = static_cast<std::uint8_t>(entry);
        fact.record.id.octets[1] = static_cast<std::uint8_t>(entry >> 8);
    }
    return fact;
}

Lsn lsn_of(std::uint64_t entry) {
    return 64 * (1 + entry * 7 % 1000);
}

explained<SnapshotInfo> write(SimDisk& disk, Lsn start, std::uint64_t entries,
                              bool install = true) {
    auto writer = SnapshotWriter::begin(
        disk, {.start_lsn = start, .time = WallTime(Milliseconds(5)), .seed = 9});
    if (writer.has_error()) {
        return failure(writer.error(), "begin");
    }
    for (std::uint64_t entry = 0; entry < entries; ++entry) {
        const std::string key = "key " + std::to_string(entry);
        const std::string value = value_of(entry);
        if (auto added = writer->add(lsn_of(entry), entry_fact(entry, key, value));
            added.has_error()) {
            return failure(added.error(), "add");
        }
    }
    auto info = writer->finish();
    if (info.has_value() && install) {
        if (auto installed = writer->install(); installed.has_error()) {
            return failure(installed.error(), "install");
        }
    }
    return info;
}

/// Reads it and compares every entry.
explained<SnapshotInfo> read_and_compare(SimDisk& disk, Lsn start) {
    std::uint64_t entry = 0;
    return read_snapshot(disk, snapshot_path(start), [&](Lsn lsn, const Fact& fact) {
        const std::string key = "key " + std::to_string(entry);
        const Fact expected = entry_fact(entry, key, fact.value.empty() ? "" : value_of(entry));
        BOOST_TEST_REQUIRE(lsn == lsn_of(entry));
        BOOST_TEST_REQUIRE((fact.kind == expected.kind && fact.number == expected.number &&
                            fact.record == expected.record && fact.key == expected.key));
        BOOST_TEST_REQUIRE(fact.value == value_of(entry));
        ++entry;
        return explained<void>();
    });
}

constexpr auto everywhere = [](Lsn) { return true; };

BOOST_AUTO_TEST_SUITE(snapshot)

BOOST_AUTO_TEST_CASE(what_was_written_reads_back) {
    for (const std::uint64_t entries : {0U, 1U, 2U, 2000U}) {
        SimDisk disk(1);
        const auto written = write(disk, 640, entries);
        BOOST_TEST_REQUIRE(written.has_value(), written.error().what);
        const auto info = read_and_compare(disk, 640);
        BOOST_TEST_REQUIRE(info.has_value(), info.error().what);
        BOOST_TEST(info->entries == entries);
        BOOST_TEST(info->start_lsn == 640U);
        BOOST_TEST(info->seed == 9U);
        BOOST_TEST((info->time == WallTime(Milliseconds(5))));
        BOOST_TEST(info->highest_lsn == written->highest_lsn);
    }
}

BOOST_AUTO_TEST_CASE(every_flipped_byte_and_every_truncation_is_noticed) {
    SimDisk disk(1);
    BOOST_TEST_REQUIRE(write(disk, 640, 12).has_value());
    const std::string path = snapshot_path(640);
    const std::uint64_t size =
        *(*disk.open(path, {.mode = world::Open::read, .direct = false}))->size();
    BOOST_TEST_REQUIRE(size > 2000U);
    for (std::uint64_t at = 0; at < size; ++at) {
        const auto damaged = disk.clone(1);
        damaged->flip_bit(path, at, static_cast<unsigned>(at % 8));
        BOOST_TEST_REQUIRE(verify_snapshot(*damaged, path).has_error(), at);
        const auto cut = disk.clone(1);
        const auto file = *cut->open(path, {.mode = world::Open::write, .direct = false});
        BOOST_TEST_REQUIRE(file->resize(at).has_value());
        BOOST_TEST_REQUIRE(verify_snapshot(*cut, path).has_error(), at);
    }
    const auto longer = disk.clone(1);
    const auto file = *longer->open(path, {.mode = world::Open::write, .direct = false});
    BOOST_TEST_REQUIRE(file->resize(size + 1).has_value());
    BOOST_TEST(verify_snapshot(*longer, path).has_error());
    BOOST_TEST_REQUIRE(disk.rename(path, snapshot_path(704)).has_value());
    BOOST_TEST(verify_snapshot(disk, snapshot_path(704)).has_error());
}

BOOST_AUTO_TEST_CASE(killed_at_every_change_it_is_there_whole_or_not_at_all) {
    bool finished = false;
    for (std::uint64_t nth = 1; !finished; ++nth) {
        SimDisk disk(nth);
        BOOST_TEST_REQUIRE(write(disk, 640, 20).has_value());
        disk.crash_at(nth);
        finished = write(disk, 1280, 300).has_value();
        disk.power_loss(nth);
        disk.restart();
        const auto choice = choose_snapshot(disk, everywhere, "DIR");
        BOOST_TEST_REQUIRE(choice.has_value(), choice.error().what);
        BOOST_TEST_REQUIRE((choice->info.start_lsn == 1280 || choice->info.start_lsn == 640), nth);
        BOOST_TEST_REQUIRE(choice->warning.empty(), nth);
        BOOST_TEST_REQUIRE(read_and_compare(disk, choice->info.start_lsn).has_value());
        for (const std::string& name : *disk.list(snapshot_directory)) {
            BOOST_TEST_REQUIRE(!is_snapshot_temporary_name(name), nth);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_write_that_the_disk_lost_is_met_before_it_gets_its_name) {
    for (std::uint64_t nth = 1; nth <= 4; ++nth) {
        SimDisk disk(nth);
        disk.lose_write({.call = world::SimCall::write, .nth = nth, .path = {}});
        BOOST_TEST(write(disk, 640, 1000).has_error());
        BOOST_TEST(list_snapshots(disk)->empty());
    }
}

BOOST_AUTO_TEST_CASE(a_bad_one_is_set_aside_only_if_nothing_is_lost) {
    SimDisk disk(1);
    for (const Lsn start : {640U, 1280U, 1920U}) {
        BOOST_TEST_REQUIRE(write(disk, start, 10).has_value());
    }
    BOOST_TEST(*prune_snapshots(disk) == 1280U);
    BOOST_TEST((*list_snapshots(disk) == std::vector<Lsn>{1920, 1280}));
    disk.flip_bit(snapshot_path(1920), 100, 3);
    {
        const auto other = disk.clone(1);
        const auto choice = choose_snapshot(*other, [](Lsn start) { return start >= 1920; }, "DIR");
        BOOST_TEST_REQUIRE(choice.has_error());
        BOOST_TEST((choice.error().code == Error::corrupt));
        BOOST_TEST(list_snapshots(*other)->size() == 2U);
    }
    const auto choice = choose_snapshot(disk, [](Lsn start) { return start >= 1280; }, "DIR");
    BOOST_TEST_REQUIRE(choice.has_value(), choice.error().what);
    BOOST_TEST(choice->info.start_lsn == 1280U);
    BOOST_TEST(choice->warning.find(snapshot_path(1920)) != std::string::npos);
    // It no longer counts as a generation, but its bytes are kept.
    BOOST_TEST((*list_snapshots(disk) == std::vector<Lsn>{1280}));
    BOOST_TEST(disk.open(snapshot_path(1920) + ".bad", {.mode = world::Open::read, .direct = false})
                   .has_value());
    BOOST_TEST(*prune_snapshots(disk) == first_lsn);
}

BOOST_AUTO_TEST_CASE(without_a_snapshot_the_log_must_go_back_to_its_beginning) {
    SimDisk disk(1);
    BOOST_TEST(choose_snapshot(disk, everywhere, "DIR")->info.start_lsn == first_lsn);
    BOOST_TEST(choose_snapshot(disk, everywhere, "DIR")->path.empty());
    BOOST_TEST(choose_snapshot(disk, [](Lsn) { return false; }, "DIR").has_error());
    BOOST_TEST_REQUIRE(write(disk, 640, 10).has_value());
    BOOST_TEST(choose_snapshot(disk, [](Lsn) { return false; }, "DIR").has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
