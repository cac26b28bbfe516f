// Wakes one coroutine of the same shard: the way from a completion that is called back to a
// coroutine that waits for it.
#pragma once

#include <coroutine>

#include "core/base/check.hpp"
#include "core/run/shard.hpp"

namespace belay::run {

/// At most one waits at a time. Not thread-safe; to be set from another thread, post to the shard.
class Event {
  public:
    explicit Event(Shard& shard) noexcept : shard_(shard) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    /// Who waits is resumed soon, by the shard's loop and not within this call, so that a callback
    /// that sets it is never entered again from inside itself. Set again before reset(): nothing.
    void set() noexcept {
        if (!set_) {
            set_ = true;
            if (resumption_.waiting) {
                shard_.resume_soon(resumption_);
            }
        }
    }

    void reset() noexcept { set_ = false; }
    bool is_set() const noexcept { return set_; }

    class Awaiter {
      public:
        explicit Awaiter(Event& event) noexcept : event_(event) {}

        bool await_ready() const noexcept { return event_.set_; }
        void await_suspend(std::coroutine_handle<> waiting) {
            check(!event_.resumption_.waiting, "one waits for an event");
            event_.resumption_.waiting = waiting;
        }
        void await_resume() const noexcept {}

      private:
        Event& event_;
    };

    /// Returns when the event is set, at once if it is.
    Awaiter wait() noexcept { return Awaiter(*this); }

  private:
    Shard& shard_;
    Resumption resumption_;
    bool set_ = false;
};

}  // namespace belay::run
