// Worker threads beside the serving cores: each takes a ready job, makes one attempt at it, and
// takes the next (design 7).
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "core/work/ready_queue.hpp"
#include "http/drive/export_attempt.hpp"

namespace belay::http {

struct ExportWorkerSettings {
    unsigned threads = 2;
    /// Of one export; 0: as fast as it goes.
    std::uint64_t rows_per_second = 0;
    exports::LifeSettings life;
};

/// Everything handed over outlives it.
class ExportWorkers {
  public:
    ExportWorkers(store::Store& store, world::Disk& disk, const world::Clock& clock,
                  work::ReadyQueue& ready, work::Agenda& agenda, EventFeed& events,
                  const ExportWorkerSettings& settings);
    /// stop() has been called.
    ~ExportWorkers();
    ExportWorkers(const ExportWorkers&) = delete;
    ExportWorkers& operator=(const ExportWorkers&) = delete;

    /// Gives running jobs back and joins. The ready queue is closed before.
    void stop();

    /// Jobs that are being worked on now.
    unsigned busy() const noexcept { return busy_.load(std::memory_order_relaxed); }

  private:
    /// Keeps an attempt to its rows per second.
    class Pace {
      public:
        Pace(const world::Clock& clock, std::uint64_t rows_per_second);
        /// How many rows may be written now; 0: none yet.
        std::size_t rows_now(std::uint64_t written) const;

      private:
        const world::Clock& clock_;
        const std::uint64_t rows_per_second_;
        const world::MonotonicTime begin_;
    };

    void work();
    void attempt(store::BlockingLane& lane, const job::Uuid& id);
    bool wait_a_little();

    store::Store& store_;
    world::Disk& disk_;
    const world::Clock& clock_;
    work::ReadyQueue& ready_;
    work::Agenda& agenda_;
    EventFeed& events_;
    const ExportWorkerSettings settings_;

    std::atomic<unsigned> busy_{0};  // relaxed: for the metrics
    std::mutex mutex_;
    std::condition_variable condition_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace belay::http
