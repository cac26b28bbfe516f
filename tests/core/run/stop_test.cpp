#include "core/run/stop.hpp"

#include <csignal>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "core/run/signals.hpp"

namespace belay::run {
namespace {

/// What a process of its own, that runs `body`, ends with.
template <class Body>
int exit_status_of(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

BOOST_AUTO_TEST_SUITE(stop)

BOOST_AUTO_TEST_CASE(steps_run_by_phase_then_by_registration) {
    StopSequence sequence;
    std::string order;
    sequence.add(StopPhase::close_store, "e", [&] { order += "e"; });
    sequence.add(StopPhase::drain, "c", [&] { order += "c"; });
    sequence.add(StopPhase::unready, "a", [&] { order += "a"; });
    sequence.add(StopPhase::drain, "d", [&] { order += "d"; });
    sequence.add(StopPhase::stop_accept, "b", [&] { order += "b"; });
    std::string told;
    sequence.run([&](StopPhase, std::string_view step) { told += step; });
    BOOST_TEST(order == "abcde");
    BOOST_TEST(told == "abcde");
    sequence.run([&](StopPhase, std::string_view) { order += "again"; });
    BOOST_TEST(order == "abcde");
}

BOOST_AUTO_TEST_CASE(the_first_signal_asks_for_a_stop) {
    BOOST_TEST(exit_status_of([] {
                   StopSignals signals;
                   ::kill(::getpid(), SIGTERM);
                   signals.wait();
               }) == 0);
}

BOOST_AUTO_TEST_CASE(the_second_signal_ends_the_process_at_once) {
    BOOST_TEST(exit_status_of([] {
                   StopSignals signals;
                   ::kill(::getpid(), SIGTERM);
                   signals.wait();
                   ::kill(::getpid(), SIGINT);
                   while (true) {
                       ::pause();
                   }
               }) == StopSignals::exit_at_once);
}

BOOST_AUTO_TEST_CASE(a_stop_that_hangs_ends_at_its_limit) {
    BOOST_TEST(exit_status_of([] {
                   StopSignals signals;
                   signals.request();
                   signals.wait();
                   signals.exit_after(Milliseconds(5));
                   while (true) {
                       ::pause();
                   }
               }) == StopSignals::exit_at_once);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::run
