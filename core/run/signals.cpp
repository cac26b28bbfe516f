#include "core/run/signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace belay::run {
namespace {

sigset_t stop_signals() noexcept {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

bool is_readable(const pollfd& polled) noexcept {
    return (polled.revents & POLLIN) != 0;
}

}  // namespace

StopSignals::StopSignals() {
    const sigset_t set = stop_signals();
    check(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0, "the stop signals can be blocked");
    signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    limit_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    end_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    check(signals_ >= 0 && limit_ >= 0 && end_ >= 0, "descriptors are left at start");
    watcher_ = std::thread([this] { watch(); });
}

StopSignals::~StopSignals() {
    const std::uint64_t one = 1;
    check(::write(end_, &one, sizeof one) == sizeof one, "the watching thread can be told");
    watcher_.join();
    ::close(signals_);
    ::close(limit_);
    ::close(end_);
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignals::request() noexcept {
    ask();
}

void StopSignals::ask() noexcept {
    // Relaxed: it only elects the one that counts down; the latch orders.
    if (!was_asked_.exchange(true, std::memory_order_relaxed)) {
        asked_.count_down();
    }
}

void StopSignals::exit_after(Milliseconds limit) noexcept {
    const auto nanoseconds = std::chrono::nanoseconds(limit).count();
    itimerspec once{};
    once.it_value.tv_sec = nanoseconds / 1'000'000'000;
    once.it_value.tv_nsec = nanoseconds % 1'000'000'000;
    check(::timerfd_settime(limit_, 0, &once, nullptr) == 0, "the limit of a stop can be set");
}

void StopSignals::watch() {
    std::array<pollfd, 3> polled{{{signals_, POLLIN, 0}, {limit_, POLLIN, 0}, {end_, POLLIN, 0}}};
    bool signalled = false;
    while (true) {
        if (::poll(polled.data(), polled.size(), -1) < 0) {
            check(errno == EINTR, "the stop signals can be waited for");
            continue;
        }
        if (is_readable(polled[2])) {
            return;
        }
        if (is_readable(polled[1])) {
            std::_Exit(exit_at_once);
        }
        signalfd_siginfo signal;
        while (::read(signals_, &signal, sizeof signal) == sizeof signal) {
            if (signalled) {
                std::_Exit(exit_at_once);
            }
            signalled = true;
            ask();
        }
    }
}

}  // namespace belay::run
