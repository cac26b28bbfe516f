// The threads of the log: one that writes, one that prepares segments ahead of it.
#pragma once

#include <atomic>
#include <thread>

#include "store/log/doorbell.hpp"
#include "store/log/log_writer.hpp"

namespace belay::store {

class LogThread {
  public:
    /// Starts both. `writer` and `supply` must outlive it; nobody else may drive them meanwhile.
    LogThread(LogWriter& writer, SegmentSupply& supply, const world::Clock& clock, int nice);

    /// As after a kill: what was not written is lost, no footer. Call stop first for a clean end.
    ~LogThread();
    LogThread(const LogThread&) = delete;
    LogThread& operator=(const LogThread&) = delete;

    /// Something was published: wakes the log thread if it sleeps. At the end of a turn, by any
    /// thread.
    void ring() noexcept { work_.ring(); }

    /// Segments were released (SegmentSupply::release_below): lets the helper remove them now.
    void ring_supply() noexcept { supply_work_.ring(); }

    /// Writes everything published and the footer, then joins. False if the log had failed or
    /// fails now. Nothing may be reserved any more.
    bool stop();

  private:
    void run_log();
    void run_supply();
    void join();

    LogWriter& writer_;
    SegmentSupply& supply_;
    const world::Clock& clock_;
    const int nice_;
    Doorbell work_;
    Doorbell supply_work_;
    std::atomic<bool> abandon_{false};      ///< release in join, acquire in both loops
    std::atomic<bool> supply_stop_{false};  ///< likewise
    /// The log thread waits for a segment. Relaxed: it only hurries the helper.
    std::atomic<bool> starved_{false};
    std::thread log_;
    std::thread helper_;
};

}  // namespace belay::store
