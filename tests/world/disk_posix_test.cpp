// What only the real disk can show.
#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "core/world/disk.hpp"
#include "tests/support/temporary_directory.hpp"

namespace belay::world {
namespace {

namespace errc = boost::system::errc;

mode_t mode_of(const std::string& path) {
    struct stat status{};
    BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

BOOST_AUTO_TEST_SUITE(disk_posix)

BOOST_AUTO_TEST_CASE(what_it_makes_is_the_owners_alone) {
    const test::TemporaryDirectory directory;
    const std::string root = directory.path() + "/deep/root";
    const auto disk = open_posix_disk(root).value();
    disk->make_directory("a/b").value();
    disk->open("file", {Open::create}).value();
    disk->open("other", {Open::truncate}).value();
    const auto lock = disk->lock("lock").value();
    for (const std::string_view made : {"/..", "", "/a", "/a/b"}) {
        BOOST_TEST(mode_of(root + std::string(made)) == 0700U);
    }
    for (const std::string_view made : {"/file", "/other", "/lock"}) {
        BOOST_TEST(mode_of(root + std::string(made)) == 0600U);
    }
}

BOOST_AUTO_TEST_CASE(the_root_must_be_a_directory) {
    const test::TemporaryDirectory directory;
    const auto disk = open_posix_disk(directory.path()).value();
    write_whole(*disk, "file", as_byte_span("x")).value();
    BOOST_TEST((open_posix_disk(directory.path() + "/file").error() == errc::not_a_directory));
    BOOST_TEST((open_posix_disk(directory.path() + "/file/x").error() == errc::not_a_directory));
    BOOST_TEST((open_posix_disk("").error() == errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(no_descriptor_outlives_an_exec) {
    const test::TemporaryDirectory directory;
    const auto disk = open_posix_disk(directory.path()).value();
    const auto file = disk->open("file", {Open::create}).value();
    const auto lock = disk->lock("lock").value();
    int ours = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (target.starts_with(directory.path())) {
            const int number = std::stoi(entry.path().filename().string());
            BOOST_TEST((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
            ++ours;
        }
    }
    BOOST_TEST(ours == 3);
}

BOOST_AUTO_TEST_CASE(a_write_that_is_cut_short_goes_on_and_then_tells_why_it_ended) {
    const test::TemporaryDirectory directory;
    const auto disk = open_posix_disk(directory.path()).value();
    const auto file = disk->open("file", {Open::create}).value();
    const std::string text(8192, 'x');
    // The limit makes the kernel take the first half and refuse the rest.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    BOOST_REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit limited{5000, before.rlim_max};
    BOOST_REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
    const auto written = file->write_at(0, as_byte_span(text));
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
    BOOST_TEST((written.error() == errc::file_too_large));
    BOOST_TEST(file->size().value() == 5000U);
    file->write_at(0, as_byte_span(text)).value();
    BOOST_TEST(file->size().value() == 8192U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::world
