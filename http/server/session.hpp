// The order of things on one connection, as a machine without I/O: it is given the bytes that have
// arrived and says what comes next. A coroutine drives it (connection.hpp); tests drive it by hand.
//
// For each request: its head; then the driver decides what becomes of the body (it knows route,
// principal and limits); then the body is collected in place, or dropped, or streamed; then the
// next head. After a refusal, and after a request that does not keep the connection, nothing more
// is read: where another request would begin is in doubt, or the client said that there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "http/server/problem.hpp"
#include "http/server/read_buffer.hpp"
#include "http/wire/chunked.hpp"
#include "http/wire/connection_fields.hpp"
#include "http/wire/framing.hpp"
#include "http/wire/request_head_parser.hpp"

namespace belay::http {

class Session {
  public:
    /// `memory` outlives the session.
    Session(const wire::RequestHeadLimits& limits, wire::HeadMemory& memory) noexcept
        : parser_(limits, &memory) {}

    enum class Step : std::uint8_t {
        need_bytes,  ///< nothing to do before more has arrived; waits_for() says for what
        head,        ///< `head` is set: call one of collect, discard, stream before resume()
        request,     ///< a body was collected: body() and `head` are set until the buffer moves
        refused,     ///< answer trouble() and close
        ended,       ///< close; everything before has been given out
    };

    enum class WaitsFor : std::uint8_t {
        request,  ///< the connection is idle
        head,
        body,
    };

    /// Goes on with what `in` has. From one head on, until its body is done with, `head` is the
    /// same object. Bytes of the requests that were given out are taken from `in`, in place.
    Step resume(ReadBuffer& in, wire::RequestHead& head);

    WaitsFor waits_for() const noexcept;

    /// Of the refusal.
    Trouble trouble() const noexcept { return trouble_; }
    std::string_view sentence() const noexcept { return sentence_; }

    // After Step::head.

    const wire::BodyFraming& framing() const noexcept { return framing_; }
    /// Whether the client lets the connection be used for another request.
    bool keeps_alive() const noexcept { return keeps_alive_; }
    /// Whether the client waits for a 100 before it sends the body.
    bool expects_continue() const noexcept { return expects_continue_; }

    /// The body is to be held in the buffer; above `limit` bytes the request is refused.
    void collect(std::uint64_t limit);
    /// The body is to be read and dropped; after `limit` bytes the session ends.
    void discard(std::uint64_t limit);
    /// The body is to be given out piece by piece.
    void stream(std::uint64_t limit);
    /// Nothing more is to be read.
    void end() noexcept { phase_ = Phase::ended; }
    /// This request is the last.
    void end_after_this() noexcept { keeps_alive_ = false; }

    /// After Step::request: the whole body.
    std::string_view body() const noexcept { return body_; }

    /// True once, when the body that is collected or streamed will not come without a 100.
    bool take_continue(const ReadBuffer& in) noexcept;

    // While a body is streamed.

    struct Piece {
        std::size_t consumed;  ///< of the raw bytes; what is left belongs to the next request
        std::size_t payload;   ///< bytes of the body, now at the front of the raw bytes
    };

    /// Decodes `raw`, bytes that follow those of the calls before, in place.
    Piece take_piece(std::span<char> raw);
    /// Raw bytes that certainly belong to this body; 0 for chunked, where it is not known.
    std::uint64_t length_left() const noexcept { return length_left_; }
    bool is_streaming() const noexcept { return phase_ == Phase::streaming; }
    bool is_refused() const noexcept { return phase_ == Phase::refused; }

    /// Whether the head of the present request is whole, also if the request is refused for what
    /// stands in it: then its path says whose error it is.
    bool knows_head() const noexcept { return knows_head_; }
    /// The rest of the streamed body is to be read and dropped, as in discard().
    void discard_rest(std::uint64_t limit);

  private:
    enum class Phase : std::uint8_t {
        head,
        deciding,
        collecting,
        discarding,
        streaming,
        refused,
        ended,
    };

    Step take_head(ReadBuffer& in, wire::RequestHead& head);
    Step collect_more(ReadBuffer& in, wire::RequestHead& head);
    Step discard_more(ReadBuffer& in);
    void begin_body(Phase phase, std::uint64_t limit);
    void next_request() noexcept { phase_ = keeps_alive_ ? Phase::head : Phase::ended; }
    Step refuse(wire::WireError error);
    Step refuse(Trouble trouble, std::string_view sentence);

    Phase phase_ = Phase::head;
    bool keeps_alive_ = true;
    bool knows_head_ = false;
    bool expects_continue_ = false;
    Trouble trouble_ = Trouble::bad_request;
    std::string_view sentence_;
    wire::RequestHeadParser parser_;
    wire::BodyFraming framing_;
    wire::ChunkedDecoder chunks_;
    std::uint64_t length_left_ = 0;   ///< of a body with a length, while dropped or streamed
    std::uint64_t discard_left_ = 0;  ///< raw bytes that may still be dropped
    std::size_t head_bytes_ = 0;      ///< while collecting: they stay before the body
    std::size_t joined_bytes_ = 0;    ///< of a collected chunked body, after the head
    std::string_view body_;
};

}  // namespace belay::http
