// One core's thread and event loop. What is opened on a shard stays on it; shards share nothing but
// what they are handed on purpose.
//
// The loop is our own on top of io_context::poll_one(), for two reasons (design 9): a *turn* must
// end before the shard blocks and every few handlers even under load, when io_context::poll() does
// not return; and something must be looked at after every handler (core/run/turn.hpp). The price:
// Asio's caches of operations and frames live only as long as one call of poll_one(), so on the hot
// way we bring our own (handler_slot.hpp, frames.hpp).
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "core/run/deadlines.hpp"
#include "core/run/gate.hpp"
#include "core/run/handler_slot.hpp"
#include "core/run/task.hpp"
#include "core/run/turn.hpp"
#include "core/world/clock.hpp"

namespace belay::run {

/// A coroutine that the loop is to resume; embedded in what it waits for.
struct Resumption {
    std::coroutine_handle<> waiting;
    Resumption* next = nullptr;
};

class Shard {
  public:
    using Context = boost::asio::io_context;

    /// A turn has at most about so many handlers.
    static constexpr int turn_handlers_max = 64;

    /// `clock` outlives the shard.
    Shard(unsigned index, const world::Clock& clock);

    /// Everything spawned has ended (the gates check it), and run() has returned.
    ~Shard();

    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // Thread-safe.

    unsigned index() const noexcept { return index_; }
    const world::Clock& clock() const noexcept { return clock_; }

    /// Makes a blocked shard run its loop once more. Whatever the caller wrote before is seen by
    /// the hooks and handlers that run then. Costs a system call only if no wake is on its way.
    void wake() noexcept;

    /// Runs `action` on the shard's thread, soon. It must not throw.
    template <class Action>
    void post(Action action) {
        boost::asio::post(context_, [action = std::move(action)]() mutable noexcept { action(); });
    }

    /// Makes run() return when what is ready has run. The last step of a stop: the gates are empty.
    void stop() noexcept;

    // Before run(), by the thread that builds the shard.

    void add_turn(Turn& hook) { turns_.push_back(&hook); }

    /// The loop, on the shard's own thread, until stop().
    void run();

    // On the shard's own thread, or before run().

    Context& context() noexcept { return context_; }
    Deadlines& deadlines() noexcept { return deadlines_; }

    /// The clock as read at the start of this turn. In the handler that ended a sleep, as it is
    /// now: what was read before the sleep would make new deadlines due at once.
    world::MonotonicTime now() const noexcept { return asleep_ ? clock_.monotonic() : now_; }

    /// Arms `deadline` one length of `as` from now().
    void arm(Deadline& deadline, DeadlineClass& as) noexcept {
        deadlines_.arm(deadline, as, now());
    }

    /// Starts `work` inside `gate`; it runs until it first suspends. False, and nothing started, if
    /// the gate is closed. An exception that leaves it is a broken invariant: logged, then abort.
    bool spawn(Gate& gate, task<void> work);

    /// The same for code that speaks to Asio directly.
    bool spawn(Gate& gate, boost::asio::awaitable<void> work);

    /// Resumes what waits in `resumption` after the current handler; it must not be queued already,
    /// and stays where it is until then.
    void resume_soon(Resumption& resumption) noexcept;

  private:
    struct WakeHandler {
        using allocator_type = SlotAllocator<void>;
        allocator_type get_allocator() const noexcept { return allocator_type(shard->wake_slot_); }
        void operator()(boost::system::error_code outcome) const { shard->woken(outcome); }
        Shard* shard;
    };

    /// True if there may be more to do.
    bool turn();
    void block();
    int resume_ready();
    void tell_after_handler() noexcept;
    void await_wake();
    void woken(boost::system::error_code outcome);

    // Fixed after construction.
    const unsigned index_;
    const world::Clock& clock_;
    std::vector<Turn*> turns_;
    int wake_number_;  ///< the eventfd, owned by wake_descriptor_; write(2) on it is thread-safe

    // Shared: see wake() and stop().
    std::atomic<bool> wake_pending_{false};
    std::atomic<bool> stopping_{false};

    // Owned by the shard's thread. The slot outlives the context that may hold an operation in it.
    HandlerSlot wake_slot_;
    Deadlines deadlines_;
    world::MonotonicTime now_;
    bool asleep_ = false;  ///< also while the handler that ends the sleep runs
    Resumption* ready_first_ = nullptr;
    Resumption* ready_last_ = nullptr;
    Context context_{1};
    boost::asio::posix::basic_stream_descriptor<Context::executor_type> wake_descriptor_;
};

}  // namespace belay::run
