#include "http/server/stream_exchange.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/server/connection.hpp"

namespace belay::http {
namespace {

/// What is gathered of a chunked answer before it is sent.
constexpr std::size_t gathered_bytes = 16 * 1024;

}  // namespace

BodyState StreamExchange::state_of_end() const noexcept {
    if (failed_ != BodyState::data) {
        return failed_;
    }
    return connection_.session_.is_refused() ? BodyState::refused : BodyState::end;
}

Trouble StreamExchange::trouble() const noexcept {
    return failed_ == BodyState::timed_out ? Trouble::request_timeout
                                           : connection_.session_.trouble();
}

run::task<BodyPiece> StreamExchange::read_body(std::span<char> into) {
    Connection& connection = connection_;
    Session& session = connection.session_;
    if (session.is_streaming() && session.take_continue(connection.in_)) {
        const bool sent = co_await connection.send(wire::continue_response());
        failed_ = sent ? failed_ : BodyState::lost;
    }
    while (session.is_streaming() && failed_ == BodyState::data) {
        std::size_t raw = 0;
        const bool buffered = !connection.in_.empty();
        if (buffered) {
            const std::span<char> unread = connection.in_.unread();
            raw = std::min(unread.size(), into.size());
            std::memcpy(into.data(), unread.data(), raw);
        } else {
            connection.guard(Connection::Guard::body);
            const std::uint64_t left = session.length_left();
            const std::size_t wanted =
                left == 0 ? into.size()
                          : static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size()));
            const IoOutcome got = connection.transport_.try_read(into.first(wanted));
            if (got.result == IoResult::needs_read || got.result == IoResult::needs_write) {
                connection.waiting_ = true;
                co_await connection.transport_.ready(got.result);
                connection.waiting_ = false;
                if (std::exchange(connection.late_, false)) {
                    failed_ = BodyState::timed_out;
                    exchange_.keep_alive_ = false;
                }
                continue;
            }
            if (got.result != IoResult::done) {
                failed_ = BodyState::lost;
                break;
            }
            raw = got.bytes;
            connection.received(raw);
        }
        const Session::Piece piece = session.take_piece(into.first(raw));
        if (buffered) {
            connection.in_.take(piece.consumed);
        } else if (piece.consumed < raw && !session.is_refused()) {
            // The beginning of the next request. The head of this one must not move, so the bytes
            // wait here until the handler has ended.
            connection.surplus_.assign(into.data() + piece.consumed, raw - piece.consumed);
        }
        if (piece.payload > 0) {
            co_return BodyPiece{BodyState::data, piece.payload};
        }
    }
    co_return BodyPiece{state_of_end(), 0};
}

bool StreamExchange::begin(int status, std::string_view content_type,
                           std::optional<std::uint64_t> length, ResponseFields fields) {
    check(!exchange_.is_answered() && progress_ == Progress::none, "a request is answered once");
    // A body that is as long as the connection ends the connection: the head says so itself.
    if (!length && exchange_.head_.version() == wire::Version::http_1_0) {
        exchange_.keep_alive_ = false;
    }
    wire::ResponseWriter writer = exchange_.begin_answer(output_, status, fields);
    writer.field("Content-Type", content_type);
    bool has_body = false;
    if (length) {
        has_length_ = true;
        length_left_ = *length;
        has_body = writer.stream_length(*length);
    } else {
        framing_ = writer.stream();
        has_body = framing_ != wire::StreamFraming::nothing;
    }
    progress_ = has_body ? Progress::begun : Progress::finished;
    exchange_.finish(status);
    if (!has_body) {
        exchange_.answer_.swap(output_);  // goes out with the batch
    }
    return has_body;
}

run::task<bool> StreamExchange::write(std::string_view bytes) {
    check(progress_ == Progress::begun, "an answer is written after its beginning");
    if (has_length_) {
        check(bytes.size() <= length_left_, "an answer is as long as it said");
        length_left_ -= bytes.size();
    }
    const bool copied =
        framing_ == wire::StreamFraming::chunked || bytes.size() < gathered_bytes / 4;
    if (framing_ == wire::StreamFraming::chunked) {
        wire::append_chunk(output_, bytes);
    } else if (copied) {
        output_.append(bytes);
    }
    bool sent = true;
    if (output_.size() >= gathered_bytes || !copied) {
        sent = co_await connection_.send(output_);
        output_.clear();
    }
    if (!copied && sent) {
        sent = co_await connection_.send(bytes);
    }
    co_return sent;
}

run::task<bool> StreamExchange::finish() {
    check(progress_ == Progress::begun && length_left_ == 0, "an answer is as long as it said");
    if (framing_ == wire::StreamFraming::chunked) {
        wire::append_last_chunk(output_);
    }
    progress_ = Progress::finished;
    const bool sent = co_await connection_.send(output_);
    output_.clear();
    co_return sent;
}

void StreamExchange::end(bool threw) {
    if (progress_ == Progress::begun) {
        connection_.broken_ = true;
        connection_.reset_ = true;
        return;
    }
    if (progress_ == Progress::none && !exchange_.is_answered()) {
        const bool answerable =
            !threw && (failed_ == BodyState::timed_out || connection_.session_.is_refused());
        exchange_.fail(answerable ? trouble() : Trouble::internal);
    }
}

}  // namespace belay::http
