// Each fault of the simulated disk, and that its randomness comes from the seed alone.
#include "core/world/disk_sim.hpp"

#include <array>
#include <set>

#include <boost/test/unit_test.hpp>

namespace belay::world {
namespace {

namespace errc = boost::system::errc;

constexpr std::uint64_t seeds = 200;

std::string read_all(Disk& disk, std::string_view path) {
    return read_whole(disk, path, 1 << 20).value();
}

std::unique_ptr<File> make_file(SimDisk& disk, std::string_view path, std::string_view text) {
    auto file = disk.open(path, {Open::create}).value();
    file->write_at(0, as_byte_span(text)).value();
    file->sync().value();
    disk.sync_directory("").value();
    return file;
}

struct alignas(4096) Block {
    std::array<std::byte, 8192> bytes;

    explicit Block(char fill) { std::memset(bytes.data(), fill, bytes.size()); }
};

BOOST_AUTO_TEST_SUITE(disk_sim)

BOOST_AUTO_TEST_CASE(what_was_synced_survives_every_power_loss) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        const auto file = make_file(disk, "a", "kept");
        file->write_at(4, as_byte_span("perhaps")).value();
        disk.power_loss(seed);
        disk.restart();
        BOOST_TEST(read_all(disk, "a").starts_with("kept"));
    }
}

BOOST_AUTO_TEST_CASE(an_unsynced_write_may_survive_vanish_or_be_torn_by_sectors) {
    const std::string old(2048, '.');
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        const auto file = make_file(disk, "a", old);
        file->write_at(0, as_byte_span(std::string(2048, 'x'))).value();
        disk.power_loss(seed);
        disk.restart();
        const std::string left = read_all(disk, "a");
        BOOST_REQUIRE(left.size() == 2048U);
        std::string shape;
        for (std::size_t sector = 0; sector < 4; ++sector) {
            const std::string_view one = std::string_view(left).substr(sector * 512, 512);
            BOOST_REQUIRE(one.find_first_not_of(one[0]) == std::string_view::npos);
            shape += one[0];
        }
        seen.insert(shape);
    }
    BOOST_TEST(seen.contains("...."));
    BOOST_TEST(seen.contains("xxxx"));
    BOOST_TEST(seen.contains(".x.x"));  // any order
    BOOST_TEST(seen.size() > 8U);
}

BOOST_AUTO_TEST_CASE(a_sector_never_holds_a_later_write_without_the_earlier_one) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        const auto file = make_file(disk, "a", "..");
        file->write_at(0, as_byte_span("1")).value();
        file->write_at(1, as_byte_span("2")).value();
        disk.power_loss(seed);
        disk.restart();
        seen.insert(read_all(disk, "a"));
    }
    const std::set<std::string> expected{"..", "1.", "12"};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_size_is_settled_apart_from_the_contents) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        const auto file = make_file(disk, "a", "");
        file->write_at(0, as_byte_span("xy")).value();
        disk.power_loss(seed);
        disk.restart();
        seen.insert(read_all(disk, "a"));
    }
    const std::set<std::string> expected{"", std::string(2, '\0'), "xy"};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_cut_that_is_not_synced_survives_or_not_and_takes_later_writes_with_it) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        const auto file = make_file(disk, "a", "old!");
        file->resize(0).value();
        file->write_at(0, as_byte_span("new")).value();
        disk.power_loss(seed);
        disk.restart();
        seen.insert(read_all(disk, "a"));
    }
    const std::set<std::string> expected{"", std::string(3, '\0'), "new", "old!"};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(kill_keeps_what_was_written_and_power_may_still_take_it) {
    SimDisk disk(1);
    const auto file = make_file(disk, "a", "....");
    file->write_at(0, as_byte_span("page")).value();
    disk.open("b", {Open::create}).value();
    disk.kill();
    BOOST_TEST(disk.is_crashed());
    BOOST_TEST((file->write_at(0, as_byte_span("late")).error() == errc::io_error));
    BOOST_TEST((disk.open("a", {Open::read}).error() == errc::io_error));
    disk.restart();
    BOOST_TEST(read_all(disk, "a") == "page");
    BOOST_TEST((file->write_at(0, as_byte_span("late")).error() == errc::io_error));

    bool is_lost = false;
    bool is_kept = false;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto copy = disk.clone(1);
        copy->power_loss(seed);
        copy->restart();
        const std::string left = read_all(*copy, "a");
        is_lost = is_lost || left == "....";
        is_kept = is_kept || left == "page";
        BOOST_TEST((left == "...." || left == "page"));
    }
    BOOST_TEST(is_lost);
    BOOST_TEST(is_kept);
}

BOOST_AUTO_TEST_CASE(direct_writes_are_durable_at_return_and_torn_by_the_crash_that_meets_them) {
    const Block block('x');
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(seed);
        auto file = disk.open("a", {Open::create, true}).value();
        disk.sync_directory("").value();
        file->write_at(0, block.bytes).value();
        const Block second('y');
        disk.crash_at(1);
        BOOST_TEST((file->write_at(0, second.bytes).error() == errc::io_error));
        BOOST_TEST(disk.is_crashed());
        disk.power_loss(seed);
        disk.restart();
        const std::string left = read_all(disk, "a");
        BOOST_REQUIRE(left.size() == 8192U);
        BOOST_TEST(left.find_first_not_of("xy") == std::string::npos);
        seen.insert(left);
    }
    BOOST_TEST(seen.contains(std::string(8192, 'x')));
    BOOST_TEST(seen.contains(std::string(8192, 'y')));
    BOOST_TEST(seen.size() > 3U);
}

BOOST_AUTO_TEST_CASE(names_survive_only_by_sync_of_their_directory_or_luck) {
    std::set<std::string> seen;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        disk.make_directory("d").value();
        disk.sync_directory("").value();
        auto file = disk.open("d/new.tmp", {Open::create}).value();
        file->write_at(0, as_byte_span("x")).value();
        file->sync().value();  // makes no name durable
        disk.rename("d/new.tmp", "d/new").value();
        disk.power_loss(seed);
        disk.restart();
        std::string names;
        for (const std::string& name : disk.list("d").value()) {
            BOOST_TEST(read_all(disk, "d/" + name) == "x");
            names += name + " ";
        }
        seen.insert(names);
    }
    const std::set<std::string> expected{"", "new ", "new.tmp "};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_lost_directory_takes_its_files_and_a_rename_is_whole) {
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(1);
        disk.make_directory("a").value();
        disk.make_directory("b").value();
        disk.open("a/x", {Open::create}).value();
        disk.sync_directory("a").value();
        disk.rename("a/x", "b/x").value();
        if (seed % 2 == 0) {
            disk.sync_directory("").value();
            disk.sync_directory("b").value();
        }
        disk.power_loss(seed);
        disk.restart();
        const bool in_a = disk.open("a/x", {Open::read}).has_value();
        const bool in_b = disk.open("b/x", {Open::read}).has_value();
        BOOST_TEST(!(in_a && in_b));
        BOOST_TEST((seed % 2 != 0 || in_b));
    }
}

BOOST_AUTO_TEST_CASE(write_whole_leaves_the_old_or_the_new_at_every_crash) {
    std::uint64_t changes = 0;
    {
        SimDisk disk(1);
        make_file(disk, "a", "old");
        const std::uint64_t before = disk.changes();
        write_whole(disk, "a", as_byte_span("new contents")).value();
        changes = disk.changes() - before;
    }
    BOOST_TEST(changes == 5U);  // open, write, sync, rename, sync of the directory
    std::set<std::string> seen;
    for (std::uint64_t nth = 1; nth <= changes; ++nth) {
        for (std::uint64_t seed = 0; seed < seeds; ++seed) {
            SimDisk disk(seed);
            make_file(disk, "a", "old");
            disk.crash_at(nth);
            BOOST_TEST(!write_whole(disk, "a", as_byte_span("new contents")));
            if (seed % 3 == 0) {
                disk.kill();
            } else {
                disk.power_loss(seed);
            }
            disk.restart();
            seen.insert(read_all(disk, "a"));
        }
    }
    const std::set<std::string> expected{"new contents", "old"};
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(planned_errors_strike_the_call_they_name) {
    SimDisk disk(1);
    auto file = make_file(disk, "a", "....");
    make_file(disk, "b", "");
    disk.fail({SimCall::write, 2, "a"}, errc::io_error);
    file->write_at(0, as_byte_span("1")).value();
    disk.open("b", {Open::write}).value()->write_at(0, as_byte_span("1")).value();
    BOOST_TEST((file->write_at(1, as_byte_span("2")).error() == errc::io_error));
    file->write_at(1, as_byte_span("2")).value();
    disk.fail({SimCall::open, 1, {}}, errc::too_many_files_open);
    BOOST_TEST((disk.open("a", {Open::read}).error() == errc::too_many_files_open));
    disk.fail({SimCall::rename, 1, "a"}, errc::no_space_on_device);
    disk.rename("b", "c").value();
    BOOST_TEST((disk.rename("a", "d").error() == errc::no_space_on_device));
    disk.fail({SimCall::sync_directory}, errc::io_error);
    BOOST_TEST((disk.sync_directory("").error() == errc::io_error));
    disk.fail({SimCall::read}, errc::io_error);
    std::array<std::byte, 4> into{};
    BOOST_TEST((file->read_at(0, into).error() == errc::io_error));
    file->read_at(0, into).value();
    BOOST_TEST(as_text(into) == "12..");
}

BOOST_AUTO_TEST_CASE(after_a_failed_sync_no_later_one_makes_the_data_durable) {
    bool is_lost = false;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        SimDisk disk(seed);
        auto file = make_file(disk, "a", "....");
        file->write_at(0, as_byte_span("lost")).value();
        disk.fail({SimCall::sync}, errc::io_error);
        BOOST_TEST((file->sync().error() == errc::io_error));
        file->sync().value();  // fsyncgate: it lies
        BOOST_TEST(read_all(disk, "a") == "lost");
        disk.power_loss(seed);
        disk.restart();
        is_lost = is_lost || read_all(disk, "a") == "....";
    }
    BOOST_TEST(is_lost);
}

BOOST_AUTO_TEST_CASE(a_full_disk_takes_what_fits) {
    SimDisk disk(1);
    disk.limit_space(8192);
    auto file = disk.open("a", {Open::create}).value();
    file->write_at(0, as_byte_span("x")).value();
    BOOST_TEST(disk.free_bytes().value() == 4096U);
    BOOST_TEST((file->write_at(0, as_byte_span(std::string(10'000, 'y'))).error() ==
                errc::no_space_on_device));
    BOOST_TEST(read_all(disk, "a") == std::string(8192, 'y'));
    file->write_at(100, as_byte_span("in place")).value();
    disk.remove("a").value();
    BOOST_TEST(disk.free_bytes().value() == 8192U);
}

BOOST_AUTO_TEST_CASE(lost_and_misdirected_writes_report_success) {
    SimDisk disk(1);
    auto file = make_file(disk, "a", "........");
    disk.lose_write({SimCall::write, 1, "a"});
    file->write_at(0, as_byte_span("lost")).value();
    BOOST_TEST(read_all(disk, "a") == "........");
    disk.misdirect_write({SimCall::write, 1, "a"}, 6);
    file->write_at(0, as_byte_span("ab")).value();
    BOOST_TEST(read_all(disk, "a") == "......ab");
}

BOOST_AUTO_TEST_CASE(rot_flips_bits_and_breaks_sectors_until_they_are_written) {
    SimDisk disk(1);
    auto file = make_file(disk, "a", std::string(2048, 'a'));
    disk.flip_bit("a", 1000, 1);
    std::string expected(2048, 'a');
    expected[1000] = 'c';
    BOOST_TEST(read_all(disk, "a") == expected);
    disk.break_sector("a", 1024);
    std::array<std::byte, 512> into{};
    BOOST_TEST((file->read_at(1500, into).error() == errc::io_error));
    file->read_at(512, into).value();
    file->read_at(1536, into).value();
    disk.power_loss(1);
    disk.restart();
    BOOST_TEST((read_whole(disk, "a", 1 << 20).error() == errc::io_error));
    disk.open("a", {Open::write}).value()->write_at(1024, into).value();
    BOOST_TEST(read_all(disk, "a") == expected);
}

BOOST_AUTO_TEST_CASE(a_lock_ends_with_its_process) {
    SimDisk disk(1);
    const auto held = disk.lock("lock").value();
    disk.kill();
    disk.restart();
    auto second = disk.lock("lock").value();
    const auto other = disk.other_process();
    BOOST_TEST((other->lock("lock").error() == Error::locked));
    second.reset();
    other->lock("lock").value();
}

BOOST_AUTO_TEST_CASE(a_clone_goes_its_own_way) {
    SimDisk disk(1);
    auto file = make_file(disk, "a", "one");
    const auto copy = disk.clone(1);
    file->write_at(0, as_byte_span("two")).value();
    copy->remove("a").value();
    BOOST_TEST(read_all(disk, "a") == "two");
    BOOST_TEST(copy->list("").value().empty());
}

BOOST_AUTO_TEST_CASE(the_seed_decides_everything) {
    const auto run = [](std::uint64_t seed) {
        SimDisk disk(seed);
        for (const std::string_view name : {"a", "b", "c"}) {
            auto file = disk.open(name, {Open::create}).value();
            file->write_at(0, as_byte_span(std::string(5000, name[0]))).value();
        }
        disk.power_loss(seed);
        disk.restart();
        std::string all;
        for (const std::string& name : disk.list("").value()) {
            all += name + read_all(disk, name);
        }
        return all;
    };
    std::set<std::string> outcomes;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        BOOST_TEST(run(seed) == run(seed));
        outcomes.insert(run(seed));
    }
    BOOST_TEST(outcomes.size() > 10U);
}

BOOST_AUTO_TEST_CASE(a_large_zeroed_file_costs_a_crash_nothing) {
    SimDisk disk(1);
    auto file = disk.open("segment", {Open::create}).value();
    const std::string zeros(1 << 20, '\0');
    for (std::uint64_t at = 0; at < 64; ++at) {
        file->write_at(at << 20, as_byte_span(zeros)).value();
    }
    file->sync().value();
    disk.sync_directory("").value();
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto writer = disk.open("segment", {Open::write}).value();
        writer->write_at(seed * 4096, as_byte_span("frame")).value();
        disk.power_loss(seed);
        disk.restart();
    }
    BOOST_TEST(disk.open("segment", {Open::read}).value()->size().value() == 64U << 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::world
