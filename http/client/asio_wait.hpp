// Awaits one operation of Asio in a run::task.
#pragma once

#include <coroutine>
#include <cstddef>

#include <boost/system/error_code.hpp>

namespace belay::client {

struct IoDone {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

/// `start` is called with a handler to begin the operation; it outlives the await. The handler runs
/// on the shard, and never within the call that begins the operation (Asio's promise).
template <class Start>
class AsioWait {
  public:
    explicit AsioWait(Start& start) noexcept : start_(start) {}
    AsioWait(const AsioWait&) = delete;
    AsioWait& operator=(const AsioWait&) = delete;

    bool await_ready() const noexcept { return false; }

    void await_suspend(std::coroutine_handle<> waiting) {
        waiting_ = waiting;
        start_(Handler{this});
    }

    IoDone await_resume() const noexcept { return done_; }

  private:
    struct Handler {
        void operator()(boost::system::error_code error, std::size_t bytes = 0) const {
            wait->done_ = {error, bytes};
            wait->waiting_.resume();  // may end the life of the wait
        }

        AsioWait* wait;
    };

    Start& start_;
    std::coroutine_handle<> waiting_;
    IoDone done_;
};

}  // namespace belay::client
