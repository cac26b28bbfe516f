// A shard with its thread: batches go in, in order, and come back empty. Private to store/.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/load_shard.hpp"

namespace belay::store {

class LoadWorker {
  public:
    enum class Runs { on_a_thread, in_submit };

    LoadWorker(Engine& engine, Runs runs);
    ~LoadWorker();
    LoadWorker(const LoadWorker&) = delete;
    LoadWorker& operator=(const LoadWorker&) = delete;

    /// Before the first batch; see LoadShard::expect.
    void expect(std::uint64_t records) { shard_.expect(records); }

    /// Hands the batch over for one that is empty; waits if the thread is far behind. False if the
    /// shard has failed.
    bool submit(std::unique_ptr<LoadBatch>& batch);

    /// After the last batch: no more comes, the lists are to be sorted.
    void close();

    /// Waits until all is applied and sorted. After close.
    LoadShard& join();

  private:
    void run();

    LoadShard shard_;  ///< the thread's until it is joined

    // Protected by mutex_.
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<LoadBatch>> full_;
    std::vector<std::unique_ptr<LoadBatch>> empty_;
    bool closed_ = false;
    bool failed_ = false;

    std::thread thread_;
};

}  // namespace belay::store
