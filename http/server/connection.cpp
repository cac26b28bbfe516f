#include "http/server/connection.hpp"

#include <exception>
#include <utility>

#include "core/run/yield.hpp"
#include "http/server/stream_exchange.hpp"

namespace belay::http {
namespace {

/// Reads in a row without leaving the thread to the other connections.
constexpr unsigned unsuspended_max = 16;

constexpr std::size_t spare_outputs_max = 64;

}  // namespace

Connection::Connection(Services& services, Socket socket)
    : services_(services),
      transport_(std::move(socket), services.parts.tls),
      session_(services.parts.settings.head, services.heads),
      in_(services.buffers),
      all_answered_(services.parts.shard) {}

Connection::~Connection() {
    release_batch();
    if (current_) {
        services_.exchanges.give(std::move(current_));
    }
}

run::task<bool> Connection::shake_hands() {
    IoResult result = IoResult::done;
    if (transport_.has_tls()) {
        guard(Guard::handshake);
        result = transport_.try_handshake();
    }
    while (result == IoResult::needs_read || result == IoResult::needs_write) {
        waiting_ = true;
        co_await transport_.ready(result);
        waiting_ = false;
        result = late_ || services_.draining ? IoResult::failed : transport_.try_handshake();
    }
    unguard();
    if (result != IoResult::done) {
        services_.metrics.handshakes_failed.add();
        co_await linger();
    }
    co_return result == IoResult::done;
}

run::task<> Connection::serve() {
    while (!broken_) {
        const Next next = late_ ? take_late() : take_up();
        if (answers_due_ > 0) {
            unguard();
            all_answered_.reset();
            co_await all_answered_.wait();
        }
        while (!broken_ && gather()) {
            const IoOutcome written = transport_.try_write(output_);
            if (written.result == IoResult::done) {
                output_.remove_prefix(written.bytes);
                services_.metrics.bytes_sent.add(written.bytes);
                continue;
            }
            if (written.result == IoResult::failed || written.result == IoResult::ended) {
                broken_ = true;
                break;
            }
            guard(Guard::write);
            waiting_ = true;
            co_await transport_.ready(written.result);
            waiting_ = false;
            broken_ = late_;
        }
        if (guard_ == Guard::write || !batch_.empty()) {
            unguard();
        }
        release_batch();
        if (broken_ || next == Next::close) {
            break;
        }
        if (next == Next::stream) {
            co_await stream_current();
            continue;
        }
        in_.drop_taken();
        if (next == Next::take_up_more) {
            continue;
        }
        spare_idle();
        if (services_.draining && session_.waits_for() == Session::WaitsFor::request) {
            break;
        }
        guard(guard_of_wait());
        const std::span<char> room = in_.room();
        if (!transport_.has_tls() && !more_is_there_ && services_.buffers.may_wait()) {
            waiting_ = true;
            const run::Readiness::Received outcome = co_await transport_.receive(room);
            waiting_ = false;
            const IoOutcome got = Transport::outcome_of(outcome);
            if (got.result == IoResult::failed || got.result == IoResult::ended) {
                break;
            }
            if (got.result == IoResult::done) {
                take_in(got.bytes, room.size());
            }
            continue;
        }
        const IoOutcome got = transport_.try_read(room);
        if (got.result == IoResult::done) {
            take_in(got.bytes, room.size());
            if (++unsuspended_ == unsuspended_max) {
                unsuspended_ = 0;
                run::Yield others(services_.parts.shard);
                co_await others;
            }
        } else if (got.result == IoResult::failed || got.result == IoResult::ended) {
            break;
        } else {
            in_.drop_taken();  // gives the memory back while nothing is there
            more_is_there_ = false;
            unsuspended_ = 0;
            waiting_ = true;
            co_await transport_.ready(got.result);
            waiting_ = false;
        }
    }
    if (!broken_) {
        co_await linger();
    }
    if (reset_) {
        transport_.abort();
    } else {
        transport_.close();
    }
}

void Connection::drain() noexcept {
    // An idle connection waits for its next request, or for the end of its handshake, and is woken
    // to see that there is none.
    if (waiting_ && guard_ != Guard::write && session_.waits_for() == Session::WaitsFor::request) {
        transport_.cancel();
    }
}

void Connection::cut() noexcept {
    if (waiting_) {
        late_ = true;
        transport_.cancel();
    }
}

bool Connection::gather() {
    if (!output_.empty()) {
        return true;
    }
    if (gathered_ < batch_.size()) {
        if (batch_.size() == 1) {
            output_ = batch_[gathered_++]->answer_;
        } else {
            if (joined_.capacity() == 0 && !services_.outputs.empty()) {
                joined_ = std::move(services_.outputs.back());
                services_.outputs.pop_back();
            }
            joined_.clear();
            while (gathered_ < batch_.size() &&
                   joined_.size() < services_.parts.settings.output_bytes_max) {
                joined_.append(batch_[gathered_]->answer_);
                // Given back here, not when all is written: a client that reads nothing holds what
                // is joined, and no exchange for each request that it sent.
                services_.exchanges.give(std::move(batch_[gathered_++]));
            }
            output_ = joined_;
        }
        // A streamed answer has left nothing to write here.
        return !output_.empty() || gather();
    }
    if (std::exchange(continue_due_, false)) {
        output_ = wire::continue_response();
        return true;
    }
    return false;
}

void Connection::release_batch() {
    served_ = served_ || !batch_.empty();
    for (std::unique_ptr<Exchange>& exchange : batch_) {
        if (exchange) {
            services_.exchanges.give(std::move(exchange));
        }
    }
    batch_.clear();
    batch_bytes_ = 0;
    gathered_ = 0;
    output_ = {};
    if (joined_.capacity() > 0) {
        if (joined_.capacity() <= 2 * services_.parts.settings.output_bytes_max &&
            services_.outputs.size() < spare_outputs_max) {
            services_.outputs.push_back(std::move(joined_));
        }
        joined_ = {};
    }
}

void Connection::spare_idle() {
    if (current_ && in_.empty() && session_.waits_for() == Session::WaitsFor::request) {
        services_.exchanges.give(std::move(current_));
    }
}

run::task<bool> Connection::send(std::string_view bytes) {
    while (!bytes.empty() && !broken_) {
        const IoOutcome written = transport_.try_write(bytes);
        if (written.result == IoResult::done) {
            bytes.remove_prefix(written.bytes);
            services_.metrics.bytes_sent.add(written.bytes);
        } else if (written.result == IoResult::failed || written.result == IoResult::ended) {
            broken_ = true;
        } else {
            guard(Guard::write);
            waiting_ = true;
            co_await transport_.ready(written.result);
            waiting_ = false;
            broken_ = late_;
        }
    }
    unguard();
    co_return !broken_;
}

run::task<> Connection::linger() {
    // Without this the kernel answers what the client still sends with a reset, and the client may
    // lose the answer that it has not read yet.
    transport_.finish_sending();
    unguard();
    late_ = false;
    guard(Guard::linger);
    std::size_t left = services_.parts.settings.linger_bytes_max;
    while (!late_) {
        const IoOutcome dropped = transport_.try_drop();
        if (dropped.result == IoResult::needs_read) {
            waiting_ = true;
            co_await transport_.ready(dropped.result);
            waiting_ = false;
            continue;
        }
        if (dropped.result != IoResult::done || dropped.bytes >= left) {
            break;
        }
        left -= dropped.bytes;
    }
    unguard();
}

run::task<> Connection::stream_current() {
    in_.drop_taken();
    Exchange& exchange = *current_;
    exchange.head_.rebase(in_.unread().data());
    match(exchange);
    in_.take(exchange.head_.size());
    StreamExchange streamed(*this, exchange);
    bool threw = false;
    try {
        co_await exchange.match_.route->stream(exchange.match_.target, streamed);
    } catch (const std::exception&) {
        threw = true;
    }
    unguard();
    streamed.end(threw);
    if (!exchange.keep_alive_ || late_ || broken_) {
        session_.end();
    } else if (session_.is_streaming()) {
        session_.discard_rest(services_.parts.settings.discard_bytes_max);
    }
    late_ = false;
    into_batch();
    if (!surplus_.empty()) {
        // Moves what was taken, too; nothing looks at the request any more.
        in_.append(surplus_);
        surplus_.clear();
    }
}

void Connection::take_in(std::size_t bytes, std::size_t room) noexcept {
    in_.fill(bytes);
    more_is_there_ = bytes == room;
    received(bytes);
}

void Connection::received(std::size_t bytes) noexcept {
    services_.metrics.bytes_received.add(bytes);
    if (guard_ != Guard::body) {
        return;
    }
    body_bytes_ += bytes;
    const ServerSettings& settings = services_.parts.settings;
    const auto due =
        settings.body_rate_min * static_cast<std::uint64_t>(settings.body_timeout.count()) / 1000;
    if (body_bytes_ >= due) {
        unguard();  // as much as this time asks for: the next one begins
        guard(Guard::body);
    }
}

Connection::Guard Connection::guard_of_wait() const noexcept {
    switch (session_.waits_for()) {
        case Session::WaitsFor::request:
            return served_ ? Guard::request : Guard::head;
        case Session::WaitsFor::head:
            return Guard::head;
        case Session::WaitsFor::body:
            return Guard::body;
    }
    return Guard::head;
}

void Connection::guard(Guard wanted) noexcept {
    if (guard_ == wanted && armed()) {
        return;
    }
    guard_ = wanted;
    body_bytes_ = 0;
    services_.arm(*this, length_of(wanted));
}

void Connection::unguard() noexcept {
    disarm();
    guard_ = Guard::none;
}

run::DeadlineClass& Connection::length_of(Guard guarded) const noexcept {
    Services::Lengths& lengths = services_.lengths;
    switch (guarded) {
        case Guard::none:
        case Guard::request:
            return lengths.idle;
        case Guard::head:
            return lengths.header;
        case Guard::body:
            return lengths.body;
        case Guard::write:
            return lengths.write;
        case Guard::handshake:
            return lengths.handshake;
        case Guard::linger:
            return lengths.linger;
    }
    return lengths.idle;
}

void Connection::expired() {
    if (!waiting_) {
        // The time went by while we were busy, which is not the client's doing.
        services_.arm(*this, length_of(guard_));
        return;
    }
    late_ = true;
    if (guard_ != Guard::linger && guard_ != Guard::request) {
        services_.metrics.deadlines_missed.add();
    }
    transport_.cancel();
}

}  // namespace belay::http
