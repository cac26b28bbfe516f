// A lane for a thread that has nothing else to do than wait for the answer: workers, housekeeping,
// tools, tests.
#pragma once

#include <condition_variable>
#include <mutex>

#include "store/store.hpp"

namespace belay::store {

class BlockingLane {
  public:
    explicit BlockingLane(Store& store);
    BlockingLane(const BlockingLane&) = delete;
    BlockingLane& operator=(const BlockingLane&) = delete;

    /// Submits and sleeps until done() has been called. Of a store without threads it pumps the
    /// log in place of sleeping; what waits for the commit timeout of a clock that stands still
    /// would wait for ever there.
    void run(Operation& operation);

    /// For reads, lists and walks.
    Lane& lane() noexcept { return lane_; }

  private:
    class SleepWaker final : public Waker {
      public:
        void wake() noexcept override;
        void sleep();

      private:
        std::mutex mutex_;
        std::condition_variable condition_;
        bool woken_ = false;
    };

    Store& store_;
    SleepWaker waker_;
    Lane lane_;
};

}  // namespace belay::store
