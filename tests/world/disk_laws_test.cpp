// What every Disk promises, told of the real one and of the simulated one.
#include <array>
#include <cstdlib>

#include <boost/mpl/list.hpp>
#include <boost/test/unit_test.hpp>

#include "core/base/limits.hpp"
#include "core/world/disk.hpp"
#include "core/world/disk_sim.hpp"
#include "tests/support/temporary_directory.hpp"

namespace belay::world {
namespace {

namespace errc = boost::system::errc;

struct RealDisk {
    test::TemporaryDirectory directory;
    std::unique_ptr<Disk> disk = open_posix_disk(directory.path()).value();
    std::unique_ptr<Disk> other = open_posix_disk(directory.path()).value();
};

struct SimulatedDisk {
    std::unique_ptr<SimDisk> disk = std::make_unique<SimDisk>(1);
    std::unique_ptr<Disk> other = disk->other_process();
};

using Disks = boost::mpl::list<RealDisk, SimulatedDisk>;

std::string read_all(Disk& disk, std::string_view path) {
    return read_whole(disk, path, 1 << 20).value();
}

void write_all(Disk& disk, std::string_view path, std::string_view text) {
    auto file = disk.open(path, {Open::truncate}).value();
    file->write_at(0, as_byte_span(text)).value();
}

template <class Outcome>
bool fails_with(const Outcome& outcome, errc::errc_t error) {
    return outcome.has_error() && outcome.error() == error;
}

BOOST_AUTO_TEST_SUITE(disk_laws)

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_written_is_read, Made, Disks) {
    Made made;
    auto file = made.disk->open("a", {Open::create}).value();
    file->write_at(3, as_byte_span("hello")).value();
    BOOST_TEST(file->size().value() == 8U);
    file->sync().value();
    std::array<std::byte, 16> into{};
    BOOST_TEST(file->read_at(0, into).value() == 8U);
    BOOST_TEST(as_text(ByteSpan(into).first(8)) == std::string_view("\0\0\0hello", 8));
    BOOST_TEST(file->read_at(5, MutableByteSpan(into).first(2)).value() == 2U);
    BOOST_TEST(as_text(ByteSpan(into).first(2)) == "ll");
    BOOST_TEST(file->read_at(8, into).value() == 0U);
    BOOST_TEST(file->read_at(1000, into).value() == 0U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(resize_cuts_and_grows_with_zeros, Made, Disks) {
    Made made;
    write_all(*made.disk, "a", "0123456789");
    auto file = made.disk->open("a", {Open::write}).value();
    file->resize(4).value();
    file->resize(6).value();
    BOOST_TEST(read_all(*made.disk, "a") == std::string_view("0123\0\0", 6));
    file->resize(10'000).value();
    file->write_at(9'999, as_byte_span("z")).value();
    const std::string all = read_all(*made.disk, "a");
    BOOST_TEST(all.size() == 10'000U);
    BOOST_TEST(all.back() == 'z');
    BOOST_TEST(all.find_first_not_of('\0', 4) == 9'999U);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_way_to_open, Made, Disks) {
    Made made;
    BOOST_TEST(fails_with(made.disk->open("a", {Open::read}), errc::no_such_file_or_directory));
    BOOST_TEST(fails_with(made.disk->open("a", {Open::write}), errc::no_such_file_or_directory));
    made.disk->open("a", {Open::create}).value();
    BOOST_TEST(fails_with(made.disk->open("a", {Open::create}), errc::file_exists));
    write_all(*made.disk, "a", "one");
    auto reader = made.disk->open("a", {Open::read}).value();
    BOOST_TEST(fails_with(reader->write_at(0, as_byte_span("x")), errc::bad_file_descriptor));
    BOOST_TEST(fails_with(reader->resize(0), errc::invalid_argument));
    write_all(*made.disk, "a", "");
    BOOST_TEST(read_all(*made.disk, "a").empty());
    made.disk->make_directory("d").value();
    for (const Open mode : {Open::read, Open::write, Open::truncate}) {
        BOOST_TEST(fails_with(made.disk->open("d", {mode}), errc::is_a_directory));
    }
    BOOST_TEST(fails_with(made.disk->open("a/b", {Open::create}), errc::not_a_directory));
    BOOST_TEST(
        fails_with(made.disk->open("no/b", {Open::create}), errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rename_replaces_and_remove_removes, Made, Disks) {
    Made made;
    Disk& disk = *made.disk;
    write_all(disk, "a", "new");
    write_all(disk, "b", "old");
    auto old = disk.open("b", {Open::read}).value();
    disk.rename("a", "b").value();
    BOOST_TEST(read_all(disk, "b") == "new");
    BOOST_TEST(old->size().value() == 3U);  // an open file outlives its name
    BOOST_TEST(fails_with(disk.rename("a", "b"), errc::no_such_file_or_directory));
    disk.make_directory("d").value();
    disk.rename("b", "d/c").value();
    BOOST_TEST(read_all(disk, "d/c") == "new");
    disk.make_directory("e").value();
    BOOST_TEST(fails_with(disk.rename("d/c", "e"), errc::is_a_directory));
    BOOST_TEST(fails_with(disk.remove("d"), errc::is_a_directory));
    disk.remove("d/c").value();
    BOOST_TEST(fails_with(disk.remove("d/c"), errc::no_such_file_or_directory));
    disk.sync_directory("d").value();
    disk.sync_directory("").value();
    BOOST_TEST(fails_with(disk.sync_directory("f"), errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(list_is_sorted_and_not_deep, Made, Disks) {
    Made made;
    Disk& disk = *made.disk;
    BOOST_TEST(disk.list("").value().empty());
    disk.make_directory("d/e/f").value();
    disk.make_directory("d/e").value();
    disk.make_directory("").value();
    for (const std::string_view name : {"d/b", "d/a", "d/e.x", "d/e/g"}) {
        write_all(disk, name, "");
    }
    const auto root = disk.list("").value();
    const std::vector<std::string> root_expected{"d"};
    BOOST_TEST(root == root_expected, boost::test_tools::per_element());
    const auto inner = disk.list("d").value();
    const std::vector<std::string> inner_expected{"a", "b", "e", "e.x"};
    BOOST_TEST(inner == inner_expected, boost::test_tools::per_element());
    BOOST_TEST(fails_with(disk.list("no"), errc::no_such_file_or_directory));
    BOOST_TEST(fails_with(disk.list("d/a"), errc::not_a_directory));
    BOOST_TEST(fails_with(disk.make_directory("d/a"), errc::not_a_directory));
    BOOST_TEST(fails_with(disk.make_directory("d/a/b"), errc::not_a_directory));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_path_cannot_leave_the_root, Made, Disks) {
    Made made;
    Disk& disk = *made.disk;
    write_all(disk, "a", "");
    using namespace std::string_view_literals;
    for (const std::string_view path :
         {"/a"sv, "../a"sv, "d/../a"sv, "./a"sv, "a/"sv, "d//a"sv, ".."sv, "."sv, "a\0b"sv}) {
        BOOST_TEST_CONTEXT(path) {
            BOOST_TEST(fails_with(disk.open(path, {Open::truncate}), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.rename(path, "b"), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.rename("a", path), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.remove(path), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.list(path), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.make_directory(path), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.sync_directory(path), errc::invalid_argument));
            BOOST_TEST(fails_with(disk.lock(path), errc::invalid_argument));
        }
    }
    BOOST_TEST(fails_with(disk.open("", {Open::truncate}), errc::invalid_argument));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_lock_keeps_another_process_out_while_it_lives, Made, Disks) {
    Made made;
    {
        const auto held = made.disk->lock("lock").value();
        BOOST_TEST((made.other->lock("lock").error() == Error::locked));
        made.other->lock("another").value();
    }
    made.other->lock("lock").value();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(whole_files_and_their_limit, Made, Disks) {
    Made made;
    Disk& disk = *made.disk;
    disk.make_directory("d").value();
    for (const std::string_view text : {"one", "another, longer", ""}) {
        write_whole(disk, "d/a", as_byte_span(text)).value();
        BOOST_TEST(read_whole(disk, "d/a", text.size()).value() == text);
    }
    write_whole(disk, "d/a", as_byte_span("four")).value();
    BOOST_TEST((read_whole(disk, "d/a", 3).error() == Error::too_large));
    BOOST_TEST(disk.list("d").value().size() == 1U);
    BOOST_TEST(fails_with(write_whole(disk, "e/a", {}), errc::no_such_file_or_directory));
    BOOST_TEST(fails_with(read_whole(disk, "d/b", 3), errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(direct_files_take_whole_blocks, Made, Disks) {
    Made made;
    const auto opened = made.disk->open("a", {Open::create, true});
    if (fails_with(opened, errc::invalid_argument)) {
        BOOST_TEST_MESSAGE("skipped: this file system has no direct I/O");
        BOOST_TEST(made.disk->list("").value().empty());
        return;
    }
    constexpr std::size_t size = 2 * limits::block_bytes;
    const std::unique_ptr<std::byte, decltype(&std::free)> memory(
        static_cast<std::byte*>(std::aligned_alloc(limits::block_bytes, size)), &std::free);
    const MutableByteSpan block(memory.get(), size);
    std::memset(block.data(), 'x', size);
    (*opened)->write_at(0, block).value();
    (*opened)->sync().value();
    (*opened)->resize(size + 100).value();
    std::memset(block.data(), 0, size);
    BOOST_TEST((*opened)->read_at(limits::block_bytes, block).value() == limits::block_bytes + 100);
    BOOST_TEST(as_text(block.first(limits::block_bytes)) == std::string(limits::block_bytes, 'x'));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(free_bytes_are_told, Made, Disks) {
    Made made;
    BOOST_TEST(made.disk->free_bytes().value() > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::world
