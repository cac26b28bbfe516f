// Threads for what takes long or waits for the disk, so that no shard does: parsing an upload,
// syncing a file, reading a file for a download.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/run/event.hpp"
#include "core/run/shard.hpp"
#include "core/run/task.hpp"

namespace belay::http {

/// One piece of work. Runs on a thread of the pool, while the coroutine that asked for it waits.
class BackgroundWork {
  public:
    /// Must not throw; leaves its outcome in itself.
    virtual void run() noexcept = 0;

  protected:
    ~BackgroundWork() = default;
};

/// Thread-safe. Destroyed after every shard has stopped.
class Background {
  public:
    /// Without threads work is done at once by who asks for it: tests, the simulator.
    explicit Background(unsigned threads);
    /// Finishes what is queued.
    ~Background();
    Background(const Background&) = delete;
    Background& operator=(const Background&) = delete;

    /// Runs `work` on a thread of the pool; the coroutine goes on, on `shard`, when it is done.
    /// Both outlive the await.
    run::task<> run(run::Shard& shard, BackgroundWork& work);

  private:
    struct Queued {
        BackgroundWork* work;
        run::Shard* shard;
        run::Event* done;
    };

    void serve();

    std::mutex mutex_;
    std::condition_variable condition_;
    std::deque<Queued> queue_;
    bool closing_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace belay::http
