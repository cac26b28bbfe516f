#include "store/log/log_thread.hpp"

#include <algorithm>
#include <chrono>

#include <pthread.h>
#include <sys/resource.h>

namespace belay::store {
namespace {

/// A sleep has a limit as a belt: a lost wake-up would cost this much once, not an answer.
constexpr std::chrono::nanoseconds sleep_max = std::chrono::milliseconds(100);
/// How long to wait before a segment that could not be made is tried again.
constexpr std::chrono::nanoseconds retry_delay = std::chrono::seconds(1);

/// How long the helper leaves the disk alone, in times of what it took to write a piece: the log's
/// own writes, which answers wait for, find it free most of the time.
constexpr int rest_share = 2;

void be_nice(int nice) noexcept {
    // On Linux this is the calling thread's own value. Failing costs speed only.
    (void)setpriority(PRIO_PROCESS, 0, nice);
}

}  // namespace

LogThread::LogThread(LogWriter& writer, SegmentSupply& supply, const world::Clock& clock, int nice)
    : writer_(writer), supply_(supply), clock_(clock), nice_(nice) {
    helper_ = std::thread([this] { run_supply(); });
    log_ = std::thread([this] { run_log(); });
}

LogThread::~LogThread() {
    // Release, with the acquire in run_log.
    abandon_.store(true, std::memory_order_release);
    join();
}

bool LogThread::stop() {
    writer_.request_stop();
    join();
    return !writer_.has_failed();
}

void LogThread::join() {
    work_.ring();
    if (log_.joinable()) {
        log_.join();
    }
    // After the log thread, which may need one more segment for the footer. Release, with the
    // acquire in run_supply.
    supply_stop_.store(true, std::memory_order_release);
    supply_work_.ring();
    if (helper_.joinable()) {
        helper_.join();
    }
}

void LogThread::run_log() {
    pthread_setname_np(pthread_self(), "belay-log");
    be_nice(nice_);
    std::uint64_t segments = 0;
    // Acquire, with the release in the destructor.
    while (!abandon_.load(std::memory_order_acquire)) {
        const LogWriter::Did did = writer_.step();
        starved_.store(did == LogWriter::Did::needs_segment, std::memory_order_relaxed);
        switch (did) {
            case LogWriter::Did::worked:
                // Relaxed: this thread wrote it. A segment was taken into use: the next one is due.
                if (const auto entered =
                        writer_.statistics().segments.load(std::memory_order_relaxed);
                    entered != segments) {
                    segments = entered;
                    supply_work_.ring();
                }
                break;
            case LogWriter::Did::slept:
                work_.sleep(std::min<std::chrono::nanoseconds>(
                    sleep_max, writer_.wake_at() - clock_.monotonic()));
                break;
            case LogWriter::Did::needs_segment:
                supply_work_.ring();
                work_.sleep(sleep_max);
                break;
            case LogWriter::Did::finished:
            case LogWriter::Did::failed:
                return;
        }
    }
}

void LogThread::run_supply() {
    pthread_setname_np(pthread_self(), "belay-segments");
    be_nice(nice_);
    // Acquire, with the release where the log thread has been joined.
    while (!supply_stop_.load(std::memory_order_acquire)) {
        auto began = clock_.monotonic();
        const auto rest = [&] {
            if (!starved_.load(std::memory_order_relaxed) &&
                !supply_stop_.load(std::memory_order_acquire)) {
                supply_work_.sleep(rest_share * (clock_.monotonic() - began));
            }
            began = clock_.monotonic();
        };
        const bool worked = supply_.refill(rest).has_value();
        work_.ring();
        // What a ring was for that only ended a rest. Acquire, as above.
        if (supply_stop_.load(std::memory_order_acquire) || (worked && supply_.wants_refill())) {
            continue;
        }
        supply_work_.sleep(worked ? std::chrono::nanoseconds(std::chrono::hours(1)) : retry_delay);
    }
}

}  // namespace belay::store
