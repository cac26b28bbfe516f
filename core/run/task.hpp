// A coroutine that is started by the one who awaits it and resumes that one at its end, all on one
// thread. It exists beside asio::awaitable because that type's frames and handlers come from a
// cache that lives only as long as one call into the event loop, and a shard makes one call a
// handler (core/run/shard.hpp).
//
// An awaited task that ends without suspending costs no stack: the awaiting side starts it, sees it
// done and goes on. Compilers that do not turn symmetric transfer into a jump (all, unoptimised)
// would otherwise grow the stack in a loop of such calls.
//
// Parameters of a task are values, or references to what outlives it; the header of each says
// which.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "core/run/frames.hpp"

namespace belay::run {

template <class T = void>
class task;

namespace detail {

class PromiseBase {
  public:
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept {
        free_frame(frame, bytes);
    }

    struct End {
        bool await_ready() const noexcept { return false; }

        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            PromiseBase& promise = ended.promise();
            return promise.suspended_ ? promise.awaiting_ : std::noop_coroutine();
        }

        void await_resume() const noexcept {}
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    End final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { thrown_ = std::current_exception(); }

    void awaited_by(std::coroutine_handle<> awaiting) noexcept { awaiting_ = awaiting; }
    void has_suspended() noexcept { suspended_ = true; }

    void rethrow() const {
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
    }

  private:
    std::coroutine_handle<> awaiting_;
    bool suspended_ = false;  ///< the awaiting side has left its own call: its end must resume it
    std::exception_ptr thrown_;
};

template <class T>
class Promise final : public PromiseBase {
  public:
    task<T> get_return_object() noexcept;

    template <class U>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }

    T take() {
        rethrow();
        return std::move(*value_);
    }

  private:
    std::optional<T> value_;
};

template <>
class Promise<void> final : public PromiseBase {
  public:
    task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const { rethrow(); }
};

}  // namespace detail

template <class T>
class [[nodiscard]] task {
  public:
    using promise_type = detail::Promise<T>;

    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}
    task(task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    task(const task&) = delete;
    task& operator=(const task&) = delete;
    task& operator=(task&&) = delete;

    ~task() {
        if (frame_) {
            frame_.destroy();
        }
    }

    class Awaiter {
      public:
        explicit Awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

        bool await_ready() const noexcept { return false; }

        /// False: the task ended within this call, the awaiting side goes on.
        bool await_suspend(std::coroutine_handle<> awaiting) {
            frame_.promise().awaited_by(awaiting);
            frame_.resume();
            if (frame_.done()) {
                return false;
            }
            frame_.promise().has_suspended();
            return true;
        }

        T await_resume() { return frame_.promise().take(); }

      private:
        std::coroutine_handle<promise_type> frame_;
    };

    /// The task object must live until the await has ended; awaited once.
    Awaiter operator co_await() const noexcept { return Awaiter(frame_); }

  private:
    std::coroutine_handle<promise_type> frame_;
};

namespace detail {

template <class T>
task<T> Promise<T>::get_return_object() noexcept {
    return task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

inline task<void> Promise<void>::get_return_object() noexcept {
    return task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace detail
}  // namespace belay::run
