#include "http/drive/export_worker.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

/// A paced worker looks at the clock, and at whether its job was canceled, so often.
constexpr std::chrono::milliseconds pace_interval(20);

}  // namespace

ExportWorkers::ExportWorkers(store::Store& store, world::Disk& disk, const world::Clock& clock,
                             work::ReadyQueue& ready, work::Agenda& agenda, EventFeed& events,
                             const ExportWorkerSettings& settings)
    : store_(store),
      disk_(disk),
      clock_(clock),
      ready_(ready),
      agenda_(agenda),
      events_(events),
      settings_(settings) {
    threads_.reserve(settings_.threads);
    for (unsigned number = 0; number < settings_.threads; ++number) {
        threads_.emplace_back([this] { work(); });
    }
}

ExportWorkers::~ExportWorkers() {
    check(threads_.empty(), "workers are stopped before they are destroyed");
}

void ExportWorkers::stop() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    condition_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

void ExportWorkers::work() {
    store::BlockingLane lane(store_);
    while (const std::optional<job::Uuid> id = ready_.pop()) {
        busy_.fetch_add(1, std::memory_order_relaxed);
        attempt(lane, *id);
        busy_.fetch_sub(1, std::memory_order_relaxed);
    }
}

void ExportWorkers::attempt(store::BlockingLane& lane, const job::Uuid& id) {
    ExportAttempt attempt({lane, disk_, clock_, agenda_, settings_.life, events_}, id);
    std::optional<Pace> pace;
    bool more = true;
    while (more) {
        {
            const std::lock_guard guard(mutex_);
            if (stopping_) {
                attempt.release();
                return;
            }
        }
        if (!attempt.is_writing() || settings_.rows_per_second == 0) {
            more = attempt.step();
            continue;
        }
        if (!pace) {
            pace.emplace(clock_, settings_.rows_per_second);
        }
        const std::size_t rows = pace->rows_now(attempt.rows_taken());
        if (rows != 0) {
            more = attempt.step(std::min(rows, ExportAttempt::rows_max));
        } else if (wait_a_little()) {
            more = attempt.idle();
        }
    }
    if (attempt.wants_requeue()) {
        ready_.push(id);
    }
}

/// False if the workers are to stop.
bool ExportWorkers::wait_a_little() {
    std::unique_lock guard(mutex_);
    condition_.wait_for(guard, pace_interval, [this] { return stopping_; });
    return !stopping_;
}

ExportWorkers::Pace::Pace(const world::Clock& clock, std::uint64_t rows_per_second)
    : clock_(clock), rows_per_second_(rows_per_second), begin_(clock.monotonic()) {}

std::size_t ExportWorkers::Pace::rows_now(std::uint64_t written) const {
    const std::chrono::duration<double> elapsed = clock_.monotonic() - begin_;
    const auto allowed =
        static_cast<std::uint64_t>(elapsed.count() * static_cast<double>(rows_per_second_));
    return static_cast<std::size_t>(allowed > written ? allowed - written : 0);
}

}  // namespace belay::http
