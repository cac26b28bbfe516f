// Waiting until a descriptor can be read or written. I/O itself is tried first without waiting; the
// wait is only for when the kernel has nothing or is full (design 9: half the cost of a read that
// awaits).
//
// The kernel tells of a change once (epoll, edge-triggered): wait only after a try that would have
// blocked, or the change may have been told before the wait began.
#pragma once

#include <coroutine>

#include <boost/system/error_code.hpp>

#include "core/run/handler_slot.hpp"

namespace belay::run {

/// One wait at a time; embedded in what owns the descriptor, and outlives the wait.
class Readiness {
  public:
    template <class Descriptor>
    class Awaiter {
      public:
        Awaiter(Readiness& readiness, Descriptor& descriptor,
                typename Descriptor::wait_type direction) noexcept
            : readiness_(readiness), descriptor_(descriptor), direction_(direction) {}

        bool await_ready() const noexcept { return false; }

        void await_suspend(std::coroutine_handle<> waiting) {
            readiness_.waiting_ = waiting;
            descriptor_.async_wait(direction_, Handler{&readiness_});
        }

        /// No error: try again. operation_aborted: somebody cancelled the descriptor, and whoever
        /// did so left a note why.
        boost::system::error_code await_resume() const noexcept { return readiness_.outcome_; }

      private:
        Readiness& readiness_;
        Descriptor& descriptor_;
        typename Descriptor::wait_type direction_;
    };

    template <class Descriptor>
    Awaiter<Descriptor> until(Descriptor& descriptor, typename Descriptor::wait_type direction) {
        return Awaiter<Descriptor>(*this, descriptor, direction);
    }

  private:
    struct Handler {
        using allocator_type = SlotAllocator<void>;

        allocator_type get_allocator() const noexcept { return allocator_type(readiness->slot_); }

        void operator()(boost::system::error_code outcome) const {
            readiness->outcome_ = outcome;
            readiness->waiting_.resume();  // may destroy the owner of this wait
        }

        Readiness* readiness;
    };

    HandlerSlot slot_;
    std::coroutine_handle<> waiting_;
    boost::system::error_code outcome_;
};

}  // namespace belay::run
