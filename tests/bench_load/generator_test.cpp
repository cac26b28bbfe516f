// The generator against a server that stands still for a second: an open loop shows it, a closed
// loop does not, and what is broken gives no figures. And a generator that itself stands still: it
// says so.
#include "bench/load/generator.hpp"

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

namespace belay::bench {
namespace {

using namespace std::chrono_literals;

/// Nothing else is waited for: the time is what the test is about.
void stand_still(std::chrono::milliseconds time) {
    ::poll(nullptr, 0, static_cast<int>(time.count()));
}

constexpr std::string_view request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view good_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers each request of one connection by `answer`, and before the one of `stall_at` does
/// nothing for `stall`.
class StandIn {
  public:
    struct Settings {
        std::string_view answer = good_answer;
        std::size_t stall_at = SIZE_MAX;
        std::chrono::milliseconds stall{0};
        std::size_t close_at = SIZE_MAX;
    };

    explicit StandIn(const Settings& settings)
        : settings_(settings), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        BOOST_TEST_REQUIRE(::bind(listener_, plain, size) == 0);
        BOOST_TEST_REQUIRE(::listen(listener_, 1) == 0);
        BOOST_TEST_REQUIRE(::getsockname(listener_, plain, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~StandIn() {
        // Relaxed: a word that says "end" and stands for nothing else.
        ends_.store(true, std::memory_order_relaxed);
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    StandIn(const StandIn&) = delete;
    StandIn& operator=(const StandIn&) = delete;

    std::uint16_t port() const noexcept { return port_; }

  private:
    void serve() {
        const int link = ::accept(listener_, nullptr, nullptr);
        if (link < 0) {
            return;
        }
        std::size_t answered = 0;
        std::string input;
        char bytes[4096];
        for (;;) {
            const ssize_t count = ::recv(link, bytes, sizeof bytes, 0);
            // Relaxed: with the destructor.
            if (count <= 0 || ends_.load(std::memory_order_relaxed)) {
                break;
            }
            input.append(bytes, static_cast<std::size_t>(count));
            for (; input.size() >= request.size(); input.erase(0, request.size()), ++answered) {
                if (answered == settings_.close_at) {
                    ::close(link);
                    return;
                }
                if (answered == settings_.stall_at) {
                    stand_still(settings_.stall);
                }
                ::send(link, settings_.answer.data(), settings_.answer.size(), MSG_NOSIGNAL);
            }
        }
        ::close(link);
    }

    const Settings settings_;
    const int listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> ends_{false};
    std::thread thread_;
};

/// So many requests; counts what was answered, and by what. Its user is told before each that it
/// writes, and of each answer.
class Requests final : public RequestSource {
  public:
    struct Hooks {
        std::function<void(std::uint64_t number)> before = [](std::uint64_t) {};
        std::function<void(std::uint64_t number)> answered = [](std::uint64_t) {};
    };

    explicit Requests(std::uint64_t count) : Requests(count, Hooks()) {}
    Requests(std::uint64_t count, Hooks hooks) : hooks_(std::move(hooks)), count_(count) {}

    bool next(std::string& to) override {
        if (written_ == count_) {
            return false;
        }
        hooks_.before(written_);
        ++written_;
        to += request;
        return true;
    }

    void answered(std::uint64_t number, int status, std::string_view body) override {
        in_order = in_order && number == answers;
        ++answers;
        good += status == 200 && body == "ok" ? 1 : 0;
        hooks_.answered(number);
    }

    std::uint64_t answers = 0;
    std::uint64_t good = 0;
    bool in_order = true;

  private:
    const Hooks hooks_;
    const std::uint64_t count_;
    std::uint64_t written_ = 0;
};

struct Run {
    explained<LoadResult> result;
    std::uint64_t answers;
    std::uint64_t good;
    bool in_order;
};

Run run(const StandIn::Settings& server, LoadSettings load, std::uint64_t requests,
        Requests::Hooks hooks = {}) {
    const StandIn stand_in(server);
    load.port = stand_in.port();
    load.connections = 1;
    std::vector<std::unique_ptr<RequestSource>> sources;
    auto source = std::make_unique<Requests>(requests, std::move(hooks));
    const Requests& seen = *source;
    sources.push_back(std::move(source));
    auto result = run_load(load, sources);
    return {std::move(result), seen.answers, seen.good, seen.in_order};
}

constexpr auto generator_stall = 300ms;

/// Of 1,000 requests, one each millisecond, the one of the stall is 300 ms late, and one for each
/// shorter time was due in it: of the 101 latest, all by 200 ms. The server answers at once.
void check_stall_is_told(const Run& found) {
    BOOST_TEST_REQUIRE(found.result.has_value(), found.result.error().what);
    const LoadResult& result = *found.result;
    BOOST_TEST(found.good == 1000U);
    BOOST_TEST(result.lateness.count() == 1000U);
    BOOST_TEST((result.lateness.max() >= generator_stall - 2ms));
    BOOST_TEST((result.lateness.quantile(0.9) >= 198ms));
    BOOST_TEST((result.lateness.quantile(0.99) >= 288ms));
    BOOST_TEST((result.lateness.max() <= result.latency.max()));
}

void stop_here(int) {
    stand_still(generator_stall);
}

/// Sets `stop_here` for SIGUSR1 as long as it lives.
class Handler {
  public:
    Handler() {
        struct sigaction action{};
        action.sa_handler = &stop_here;
        BOOST_TEST_REQUIRE(::sigaction(SIGUSR1, &action, &before_) == 0);
    }
    ~Handler() { ::sigaction(SIGUSR1, &before_, nullptr); }
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;

  private:
    struct sigaction before_{};
};

BOOST_AUTO_TEST_SUITE(generator)

// 1,000 requests, one each 5 ms, and a second in which nothing is answered: of the 200 that were
// due in it the tenth from the worst waited for 0.95 s, and ten of 1,000 are one in a hundred.
BOOST_AUTO_TEST_CASE(an_open_loop_shows_a_second_of_silence) {
    const Run found = run({.stall_at = 300, .stall = 1000ms}, {.rate = 200}, 1000);
    BOOST_TEST_REQUIRE(found.result.has_value(), found.result.error().what);
    const LoadResult& result = *found.result;
    BOOST_TEST(found.good == 1000U);
    BOOST_TEST(found.in_order);
    BOOST_TEST(result.answers == 1000U);
    BOOST_TEST(result.latency.count() == 1000U);
    BOOST_TEST((result.latency.quantile(0.99) >= 949ms));
    BOOST_TEST((result.latency.quantile(0.9) >= 490ms));
    BOOST_TEST((result.latency.max() >= 1000ms));
    // The silence is the server's and not the generator's.
    BOOST_TEST(result.lateness.count() == 1000U);
    BOOST_TEST((result.lateness.quantile(0.9) < result.latency.quantile(0.9) / 2));
}

BOOST_AUTO_TEST_CASE(a_generator_that_stands_still_before_it_sends_says_so) {
    check_stall_is_told(run({}, {.rate = 1000}, 1000, {.before = [](std::uint64_t number) {
                                if (number == 300) {
                                    stand_still(generator_stall);
                                }
                            }}));
}

BOOST_AUTO_TEST_CASE(a_generator_that_stands_still_over_an_answer_says_so) {
    check_stall_is_told(run({}, {.rate = 1000}, 1000, {.answered = [](std::uint64_t number) {
                                if (number == 300) {
                                    stand_still(generator_stall);
                                }
                            }}));
}

// Wherever the signal meets it: mostly asleep, until an answer comes or a request is due.
BOOST_AUTO_TEST_CASE(a_generator_that_is_stopped_says_so) {
    const Handler handler;
    std::thread stopping;
    const Run found = run({}, {.rate = 1000}, 1000, {.before = [&stopping](std::uint64_t number) {
                              if (number == 300) {
                                  stopping = std::thread([generator = ::pthread_self()] {
                                      ::pthread_kill(generator, SIGUSR1);
                                  });
                              }
                          }});
    stopping.join();
    check_stall_is_told(found);
}

// The server answers the first request after 300 ms, the others that were written with it at once.
BOOST_AUTO_TEST_CASE(the_time_of_a_closed_loop_begins_with_its_requests) {
    const Run found = run({.stall_at = 0, .stall = 300ms}, {.depth = 16}, 16);
    BOOST_TEST_REQUIRE(found.result.has_value(), found.result.error().what);
    BOOST_TEST(found.result->answers == 16U);
    BOOST_TEST(found.result->seconds >= 0.299);
    BOOST_TEST(found.result->per_second() <= 16 / 0.299);
}

BOOST_AUTO_TEST_CASE(a_closed_loop_hides_it) {
    const Run found = run({.stall_at = 300, .stall = 1000ms}, {}, 1000);
    BOOST_TEST_REQUIRE(found.result.has_value(), found.result.error().what);
    BOOST_TEST(found.good == 1000U);
    BOOST_TEST((found.result->latency.max() >= 1000ms));
    BOOST_TEST((found.result->latency.quantile(0.99) < 949ms));
    BOOST_TEST(found.result->lateness.count() == 0U);
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    const Run found = run({}, {.depth = 16}, 5000);
    BOOST_TEST_REQUIRE(found.result.has_value(), found.result.error().what);
    BOOST_TEST(found.good == 5000U);
    BOOST_TEST(found.in_order);
    BOOST_TEST(found.result->by_class[2] == 5000U);
    BOOST_TEST(found.result->answers == 5000U);  // the first ones, too
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_gives_no_figures) {
    const Run found = run({.answer = "HTTP/1.0 200 OK\r\n\r\n"}, {}, 10);
    BOOST_TEST(found.result.has_error());
    BOOST_TEST(found.answers == 0U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_gives_no_figures) {
    const Run found = run({.close_at = 5}, {}, 10);
    BOOST_TEST(found.result.has_error());
    BOOST_TEST(found.answers == 5U);
}

BOOST_AUTO_TEST_CASE(a_server_that_says_nothing_more_gives_no_figures) {
    const Run found = run({.stall_at = 2, .stall = 1000ms}, {.patience = 200ms}, 10);
    BOOST_TEST(found.result.has_error());
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
    std::vector<std::unique_ptr<RequestSource>> sources;
    sources.push_back(std::make_unique<Requests>(1));
    LoadSettings settings;
    {
        const StandIn gone({});
        settings.port = gone.port();
    }
    settings.connections = 1;
    BOOST_TEST(run_load(settings, sources).has_error());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bench
