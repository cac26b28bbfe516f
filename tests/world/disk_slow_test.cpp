// Slow calls of the simulated disk; interrupted and short writes of the real one, which the kernel
// rarely makes: here pwrite is ours.
#include <algorithm>
#include <cerrno>
#include <deque>
#include <string>

#include <sys/syscall.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"
#include "tests/support/temporary_directory.hpp"

namespace {

/// What the next calls of pwrite do: -1 fails with EINTR, else at most so many bytes are taken.
/// When it is empty, the kernel's is called as it is.
std::deque<long> writes_planned;
int writes_called = 0;

}  // namespace

/// In place of the C library's, for this program.
extern "C" ssize_t pwrite(int file, const void* from, size_t size, off_t offset) {
    ++writes_called;
    if (!writes_planned.empty()) {
        const long planned = writes_planned.front();
        writes_planned.pop_front();
        if (planned < 0) {
            errno = EINTR;
            return -1;
        }
        size = std::min(size, static_cast<size_t>(planned));
    }
    return syscall(SYS_pwrite64, file, from, size, offset);
}

namespace belay::world {
namespace {

BOOST_AUTO_TEST_SUITE(disk_slow)

BOOST_AUTO_TEST_CASE(a_slow_call_waits_and_is_done) {
    SimDisk disk(1);
    const auto file = disk.open("file", {Open::create}).value();
    int waits = 0;
    disk.delay({SimCall::write, 2, "file"}, [&] { ++waits; });
    file->write_at(0, as_byte_span("one")).value();
    BOOST_TEST(waits == 0);
    file->write_at(0, as_byte_span("two")).value();
    BOOST_TEST(waits == 1);
    file->write_at(3, as_byte_span("three")).value();
    BOOST_TEST(waits == 1);
    BOOST_TEST(disk.calls(SimCall::write) == 3U);
    BOOST_TEST(disk.calls(SimCall::open) == 1U);
    BOOST_TEST(read_whole(disk, "file", 100).value() == "twothree");
}

BOOST_AUTO_TEST_CASE(an_interrupted_and_a_short_write_go_on_where_they_stopped) {
    const test::TemporaryDirectory directory;
    const auto disk = open_posix_disk(directory.path()).value();
    const auto file = disk->open("file", {Open::create}).value();
    std::string text(10'000, ' ');
    std::generate(text.begin(), text.end(), [at = 0]() mutable { return static_cast<char>(++at); });
    writes_planned = {-1, 1, -1, -1, 4096, 511, -1, 1};
    writes_called = 0;
    file->write_at(3, as_byte_span(text)).value();
    BOOST_TEST(writes_planned.empty());
    BOOST_TEST(writes_called == 9);
    BOOST_TEST(file->size().value() == 3 + text.size());
    BOOST_TEST((read_whole(*disk, "file", 20'000).value() == std::string(3, '\0') + text));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::world
