#include "http/program/log_writer.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <boost/test/unit_test.hpp>

namespace belay::program {
namespace {

constexpr WallTime start{Milliseconds(1'700'000'000'000)};

/// Takes at most `piece` bytes at a time, nothing while closed, and an error while broken.
class ScriptedDescriptor final : public LogDescriptor {
  public:
    result<std::size_t> write_some(std::string_view bytes, Milliseconds) override {
        std::unique_lock lock(mutex_);
        ++attempts_;
        changed_.notify_all();
        if (broken_) {
            return boost::system::error_code(EPIPE, boost::system::system_category());
        }
        changed_.wait(lock, [this] { return open_ || gives_up_; });
        if (!open_) {
            return 0U;
        }
        const std::size_t count = std::min(bytes.size(), piece_);
        taken_.append(bytes.substr(0, count));
        return count;
    }

    void set(bool open, bool broken, std::size_t piece = 7) {
        const std::scoped_lock lock(mutex_);
        open_ = open;
        broken_ = broken;
        piece_ = piece;
        changed_.notify_all();
    }

    void give_up() {
        const std::scoped_lock lock(mutex_);
        gives_up_ = true;
        changed_.notify_all();
    }

    void await_attempt() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return attempts_ > 0; });
    }

    std::string taken() {
        const std::scoped_lock lock(mutex_);
        return taken_;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string taken_;
    std::size_t piece_ = 7;
    int attempts_ = 0;
    bool open_ = true;
    bool broken_ = false;
    bool gives_up_ = false;
};

BOOST_AUTO_TEST_SUITE(log_writer)

BOOST_AUTO_TEST_CASE(short_writes_lose_nothing) {
    const world::ManualClock clock(start);
    ScriptedDescriptor descriptor;
    {
        LogWriter writer(clock, descriptor, LogFormat::json);
        writer.write("first line\n");
        writer.write("second line\n");
    }
    BOOST_TEST(descriptor.taken() == "first line\nsecond line\n");
}

BOOST_AUTO_TEST_CASE(lines_of_many_threads_stay_whole_and_in_their_order) {
    constexpr int threads = 4;
    constexpr int lines = 500;
    const world::ManualClock clock(start);
    ScriptedDescriptor descriptor;
    descriptor.set(true, false, 100);
    {
        LogWriter writer(clock, descriptor, LogFormat::json);
        std::vector<std::jthread> writers;
        writers.reserve(threads);
        for (int thread = 0; thread < threads; ++thread) {
            writers.emplace_back([&writer, thread] {
                for (int line = 0; line < lines; ++line) {
                    writer.write(std::to_string(thread) + " " + std::to_string(line) + "\n");
                }
            });
        }
    }
    std::array<int, threads> next{};
    const std::string taken = descriptor.taken();
    for (std::size_t begin = 0; begin < taken.size();) {
        const std::size_t end = taken.find('\n', begin);
        const auto thread = static_cast<std::size_t>(taken[begin] - '0');
        BOOST_TEST_REQUIRE(thread < threads);
        BOOST_TEST(taken.substr(begin + 2, end - begin - 2) == std::to_string(next.at(thread)));
        ++next.at(thread);
        begin = end + 1;
    }
    BOOST_TEST((next == std::array<int, threads>{lines, lines, lines, lines}));
}

BOOST_AUTO_TEST_CASE(a_full_buffer_drops_and_says_how_many) {
    const world::ManualClock clock(start);
    ScriptedDescriptor descriptor;
    descriptor.set(false, false, 1000);
    {
        LogWriter writer(clock, descriptor, LogFormat::text, 16);
        writer.write("in the hand\n");  // taken by the thread, which now waits for the descriptor
        descriptor.await_attempt();
        writer.write("kept\n");
        writer.write("too long for what is left\n");
        writer.write("dropped too\n");
        BOOST_TEST(writer.dropped_count() == 2U);
        descriptor.set(true, false, 1000);
    }
    BOOST_TEST(descriptor.taken() ==
               "in the hand\nkept\n"
               "2023-11-14T22:13:20.000Z WARNING log lines were dropped lines=2\n");
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_does_not_hold_the_end) {
    const world::ManualClock clock(start);
    ScriptedDescriptor descriptor;
    descriptor.set(false, false);
    descriptor.give_up();
    {
        LogWriter writer(clock, descriptor, LogFormat::json);
        writer.write("lost\n");
    }
    BOOST_TEST(descriptor.taken().empty());
}

BOOST_AUTO_TEST_CASE(a_reader_that_is_gone_costs_lines_and_nothing_else) {
    const world::ManualClock clock(start);
    ScriptedDescriptor descriptor;
    descriptor.set(true, true);
    {
        LogWriter writer(clock, descriptor, LogFormat::text);
        writer.write("lost\nlost\n");
        while (writer.dropped_count() < 2) {
            std::this_thread::yield();
        }
        descriptor.set(true, false, 1000);
        writer.write("kept\n");
    }
    BOOST_TEST(descriptor.taken().starts_with("kept\n"));
    BOOST_TEST(descriptor.taken().find("log lines were dropped lines=2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_pipe_is_written_and_a_closed_one_is_an_error) {
    std::array<int, 2> ends{};
    BOOST_TEST_REQUIRE(::pipe(ends.data()) == 0);
    PosixLogDescriptor descriptor(ends[1]);
    BOOST_TEST(descriptor.write_some("hello\n", Milliseconds(1000)).value() == 6U);
    std::array<char, 16> read{};
    BOOST_TEST(::read(ends[0], read.data(), read.size()) == 6);
    BOOST_TEST((decide_format(LogFormat::automatic, ends[1]) == LogFormat::json));
    BOOST_TEST((decide_format(LogFormat::text, ends[1]) == LogFormat::text));

    // A full pipe: no write blocks, whatever is left unread.
    const std::string much(64 * 1024, 'x');
    std::size_t total = 0;
    while (true) {
        const std::size_t count = descriptor.write_some(much, Milliseconds(0)).value();
        if (count == 0) {
            break;
        }
        total += count;
    }
    BOOST_TEST(total > 0U);

    ::close(ends[0]);
    BOOST_TEST(descriptor.write_some("x", Milliseconds(0)).has_error());
    ::close(ends[1]);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
