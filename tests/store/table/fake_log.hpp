// As much of a log as the tables need to be tested: LSNs in order, a durable prefix, and versions
// that are retired when what replaced them is durable.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <vector>

#include "tests/store/table/support.hpp"

namespace belay::store::test {

/// Thread-safe. An LSN is a number here, and a frame ends where the next begins.
class FakeLog {
  public:
    explicit FakeLog(std::size_t frames_max) : published_(frames_max) {}

    job::Lsn reserve() { return next_.fetch_add(1, std::memory_order_acq_rel); }

    /// Everything of the frame is done. Then whoever comes by makes the longest prefix durable.
    void publish(job::Lsn lsn) {
        published_.at(lsn).store(true, std::memory_order_release);
        job::Lsn at = durable_.load(std::memory_order_acquire);
        while (at < published_.size() && published_[at].load(std::memory_order_acquire)) {
            if (durable_.compare_exchange_weak(at, at + 1, std::memory_order_acq_rel,
                                               std::memory_order_acquire)) {
                ++at;
            }
        }
    }

    job::Lsn durable() const { return durable_.load(std::memory_order_acquire); }
    bool full() const { return next_.load(std::memory_order_relaxed) + 64 > published_.size(); }

  private:
    std::atomic<job::Lsn> next_{0};
    std::atomic<job::Lsn> durable_{0};
    std::vector<std::atomic<bool>> published_;
};

/// What one lane has replaced and not retired yet. Not thread-safe.
class Replaced {
  public:
    void add(const Version* version, job::Lsn by) {
        if (version != nullptr) {
            waiting_.push_back({version, by});
        }
    }

    /// Inside a section.
    void retire_durable(Participant& by, job::Lsn durable) {
        while (!waiting_.empty() && waiting_.front().lsn < durable) {
            Version::retire(by, waiting_.front().version);
            waiting_.pop_front();
        }
    }

    bool empty() const { return waiting_.empty(); }

  private:
    struct Waiting {
        const Version* version;
        job::Lsn lsn;
    };
    std::deque<Waiting> waiting_;
};

}  // namespace belay::store::test
