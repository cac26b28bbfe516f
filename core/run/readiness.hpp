// Waiting until a descriptor can be read or written, or until something has been received. I/O that
// is likely to succeed is tried first without waiting (design 9: half the cost of one that awaits).
//
// To wait for readiness, Asio tells epoll anew, a system call each time, because the kernel tells
// of a change once (edge-triggered) and may have told of this one already. To receive, it tries,
// and what it waits for then is the next change: cheaper, but memory must be there to receive into
// all the time.
#pragma once

#include <coroutine>
#include <cstddef>
#include <span>

#include <boost/asio/buffer.hpp>
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

    /// What a receive came to. No error: at least one byte. operation_aborted: as of a wait.
    struct Received {
        boost::system::error_code error;
        std::size_t bytes = 0;
    };

    template <class Socket>
    class Receiver {
      public:
        Receiver(Readiness& readiness, Socket& socket, std::span<char> into) noexcept
            : readiness_(readiness), socket_(socket), into_(into) {}

        bool await_ready() const noexcept { return false; }

        void await_suspend(std::coroutine_handle<> waiting) {
            readiness_.waiting_ = waiting;
            socket_.async_read_some(boost::asio::buffer(into_.data(), into_.size()),
                                    Handler{&readiness_});
        }

        Received await_resume() const noexcept { return {readiness_.outcome_, readiness_.bytes_}; }

      private:
        Readiness& readiness_;
        Socket& socket_;
        const std::span<char> into_;
    };

    /// `into` is not empty, and nobody else's until this returns.
    template <class Socket>
    Receiver<Socket> receive(Socket& socket, std::span<char> into) {
        return Receiver<Socket>(*this, socket, into);
    }

    template <class Descriptor>
    Awaiter<Descriptor> until(Descriptor& descriptor, typename Descriptor::wait_type direction) {
        return Awaiter<Descriptor>(*this, descriptor, direction);
    }

  private:
    struct Handler {
        using allocator_type = SlotAllocator<void>;

        allocator_type get_allocator() const noexcept { return allocator_type(readiness->slot_); }

        void operator()(boost::system::error_code outcome, std::size_t bytes = 0) const {
            readiness->outcome_ = outcome;
            readiness->bytes_ = bytes;
            readiness->waiting_.resume();  // may destroy the owner of this wait
        }

        Readiness* readiness;
    };

    HandlerSlot slot_;
    std::coroutine_handle<> waiting_;
    boost::system::error_code outcome_;
    std::size_t bytes_ = 0;
};

}  // namespace belay::run
