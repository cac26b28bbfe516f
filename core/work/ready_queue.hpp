// Jobs that may be claimed, first in first out. An entry is a hint: the claim decides.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "core/job/ids.hpp"

namespace belay::work {

/// Thread-safe.
class ReadyQueue {
  public:
    void push(const job::Uuid& id);

    /// Sleeps until there is a job or the queue is closed; nullopt when it is closed.
    std::optional<job::Uuid> pop();

    /// Takes a job if there is one.
    std::optional<job::Uuid> try_pop();

    /// Wakes everybody who waits; pop() gives nothing from now on.
    void close();

    std::size_t size() const;

  private:
    mutable std::mutex mutex_;
    std::condition_variable condition_;
    std::deque<job::Uuid> ids_;
    bool closed_ = false;
};

}  // namespace belay::work
