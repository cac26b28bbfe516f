// Stopping a service takes two things: refuse newcomers, and know when the last of those inside has
// left. A gate counts them. Everything spawned on a shard goes through one (core/run/shard.hpp).
#pragma once

#include <cstddef>
#include <functional>

namespace belay::run {

/// Owned by one shard; not thread-safe.
class Gate {
  public:
    Gate() = default;
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    /// Nobody may be inside.
    ~Gate();

    /// False once the gate is closed; then the caller must not call leave().
    [[nodiscard]] bool enter() noexcept;

    void leave();

    /// Lets nobody in from now on and calls `when_empty` once, as soon as nobody is inside: at
    /// once, or in the leave() of the last. Called at most once.
    void close(std::function<void()> when_empty);

    bool closed() const noexcept { return closed_; }
    std::size_t inside() const noexcept { return inside_; }

  private:
    std::size_t inside_ = 0;
    bool closed_ = false;
    std::function<void()> when_empty_;
};

}  // namespace belay::run
