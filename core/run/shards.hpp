// All shards of the process, a thread each.
#pragma once

#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "core/run/shard.hpp"

namespace belay::run {

/// Driven by one thread, which is none of theirs.
class Shards {
  public:
    /// `clock` outlives the shards. `count` is at least 1. Their indexes begin at `first_index`:
    /// those of shards that call the same parts differ.
    Shards(unsigned count, const world::Clock& clock, unsigned first_index = 0);

    /// Stops and joins what still runs.
    ~Shards();

    std::size_t size() const noexcept { return shards_.size(); }
    Shard& operator[](std::size_t index) noexcept { return *shards_[index]; }

    /// Starts the threads. Until then the shards may be set up from here.
    void start();

    /// Calls `action` on every shard's thread and returns when all have returned.
    void on_each(const std::function<void(Shard&)>& action);

    /// Calls `begin` on every shard's thread; returns when each has called what it was given, which
    /// it may do later on the same shard. For the steps of a stop that take a while.
    void on_each_until_done(const std::function<void(Shard&, std::function<void()>)>& begin);

    /// Every gate is empty: ends the loops and joins the threads. Once.
    void stop();

  private:
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::thread> threads_;
};

}  // namespace belay::run
