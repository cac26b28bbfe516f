// Lets the others of a shard have their turn.
#pragma once

#include <coroutine>

#include "core/run/shard.hpp"

namespace belay::run {

/// `Yield again(shard); co_await again;` resumes after what is ready now.
class Yield {
  public:
    explicit Yield(Shard& shard) noexcept : shard_(shard) {}
    Yield(const Yield&) = delete;
    Yield& operator=(const Yield&) = delete;

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiting) noexcept {
        resumption_.waiting = waiting;
        shard_.resume_soon(resumption_);
    }
    void await_resume() const noexcept {}

  private:
    Shard& shard_;
    Resumption resumption_;
};

}  // namespace belay::run
