#include "core/run/shard.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include "core/base/check.hpp"

namespace belay::run {
namespace {

int open_event() {
    const int number = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    check(number >= 0, "a descriptor is left for a shard's eventfd");
    return number;
}

[[noreturn]] void ended_by(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "belay: exception left a coroutine: %s\n", exception.what());
    } catch (...) {
        std::fprintf(stderr, "belay: unknown exception left a coroutine\n");
    }
    check_failed("a spawned coroutine handles its exceptions", std::source_location::current());
}

/// The outermost coroutine: owned by nobody, frees itself at its end, counted by its gate.
struct Spawned {
    struct promise_type {
        static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
        static void operator delete(void* frame, std::size_t bytes) noexcept {
            free_frame(frame, bytes);
        }

        Spawned get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const { ended_by(std::current_exception()); }
    };
};

Spawned drive(Gate& gate, task<void> work) {
    {
        // Ends before the gate is left: what the work refers to may go once the gate is empty.
        const task<void> owned = std::move(work);
        co_await owned;
    }
    gate.leave();
}

}  // namespace

Shard::Shard(unsigned index, const world::Clock& clock)
    : index_(index),
      clock_(clock),
      wake_number_(open_event()),
      now_(clock.monotonic()),
      wake_descriptor_(context_, wake_number_) {
    await_wake();
}

Shard::~Shard() {
    check(ready_first_ == nullptr, "nothing waits to be resumed at a shard's end");
}

void Shard::wake() noexcept {
    // Release: what the caller wrote before is seen by whoever takes the pending mark (woken()).
    // Acquire is not needed to skip the write: the one whose mark it is has written or will.
    if (!wake_pending_.exchange(true, std::memory_order_release)) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter is far from its end, and the descriptor open while shards live.
        const auto written = ::write(wake_number_, &one, sizeof one);
        check(written == sizeof one, "a shard's eventfd takes a wake");
    }
}

void Shard::stop() noexcept {
    // Relaxed: wake() publishes it.
    stopping_.store(true, std::memory_order_relaxed);
    wake();
}

void Shard::await_wake() {
    wake_descriptor_.async_wait(boost::asio::posix::descriptor_base::wait_read, WakeHandler{this});
}

void Shard::woken(boost::system::error_code outcome) {
    check(!outcome, "a shard's eventfd can be waited for");
    std::uint64_t count;
    // First the counter, then the mark: a wake that comes between finds the mark set, writes
    // nothing, and is seen by the exchange below. The other way round its count would be read away
    // here while its mark stays, and every later wake would be skipped.
    [[maybe_unused]] const auto taken = ::read(wake_number_, &count, sizeof count);
    // Acquire: pairs with the release in wake(), also of those who skipped the write.
    wake_pending_.exchange(false, std::memory_order_acquire);
    await_wake();
}

void Shard::run() {
    while (true) {
        if (turn()) {
            continue;
        }
        // Relaxed: set before the wake that this thread took in woken().
        if (stopping_.load(std::memory_order_relaxed)) {
            return;
        }
        block();
    }
}

bool Shard::turn() {
    now_ = clock_.monotonic();
    deadlines_.expire(now_);
    bool more = true;
    for (int handled = 0; more && handled < turn_handlers_max;) {
        const int resumed = resume_ready();
        if (resumed > 0) {
            tell_after_handler();
        }
        const int polled = static_cast<int>(context_.poll_one());
        if (polled > 0) {
            tell_after_handler();
        }
        handled += resumed + polled;
        more = resumed + polled > 0;
    }
    for (Turn* hook : turns_) {
        hook->end_turn();
    }
    return more || ready_first_ != nullptr;
}

void Shard::block() {
    bool idle = true;
    for (Turn* hook : turns_) {
        idle = hook->about_to_block() && idle;
    }
    if (idle && ready_first_ == nullptr) {
        const std::optional<world::MonotonicTime> due = deadlines_.next();
        const auto wait = due ? *due - clock_.monotonic() : world::MonotonicTime::duration::max();
        asleep_ = true;
        if (!due) {
            context_.run_one();
        } else if (wait.count() > 0) {
            context_.run_one_for(wait);
        }
        asleep_ = false;
    }
    now_ = clock_.monotonic();
    for (Turn* hook : turns_) {
        hook->woke();
    }
    tell_after_handler();
}

int Shard::resume_ready() {
    int resumed = 0;
    // Only those that are queued now: what they queue comes after the descriptors have had a look.
    Resumption* next = std::exchange(ready_first_, nullptr);
    ready_last_ = nullptr;
    while (next != nullptr) {
        Resumption* current = next;
        next = current->next;
        ++resumed;
        std::exchange(current->waiting, nullptr).resume();  // may destroy `current`
    }
    return resumed;
}

void Shard::tell_after_handler() noexcept {
    for (Turn* hook : turns_) {
        hook->after_handler();
    }
}

void Shard::resume_soon(Resumption& resumption) noexcept {
    resumption.next = nullptr;
    (ready_last_ != nullptr ? ready_last_->next : ready_first_) = &resumption;
    ready_last_ = &resumption;
}

bool Shard::spawn(Gate& gate, task<void> work) {
    if (!gate.enter()) {
        return false;
    }
    drive(gate, std::move(work));
    return true;
}

bool Shard::spawn(Gate& gate, boost::asio::awaitable<void> work) {
    if (!gate.enter()) {
        return false;
    }
    boost::asio::co_spawn(context_, std::move(work), [&gate](const std::exception_ptr& thrown) {
        if (thrown) {
            ended_by(thrown);
        }
        gate.leave();
    });
    return true;
}

}  // namespace belay::run
