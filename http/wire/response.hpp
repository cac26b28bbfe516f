// Answers as bytes (RFC 9110 6 to 8, 15; RFC 9112 4, 6, 7.1), appended to a string that the caller
// owns: several answers of a pipelined batch go into one string and out in one write.
//
// The caller says what it answers; which framing that may have is decided here: nothing in 1xx and
// 204, no body to HEAD and in 304, no chunks to a 1.0 client.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/wire/request_head.hpp"

namespace belay::wire {

/// The reason phrase of a status, "Unknown" for one that is not registered.
std::string_view reason_of(int status) noexcept;

/// How the connection goes on, and what the client can read.
struct ResponseContext {
    Method method = Method::get;          ///< of the request; HEAD gets no body
    Version version = Version::http_1_1;  ///< of the request
    bool keep_alive = true;               ///< false: the server closes after this answer
    std::string_view date;                ///< DateCache's text; empty: no Date field
};

/// What follows the head of a streamed answer.
enum class StreamFraming : std::uint8_t {
    nothing,      ///< HEAD, 204, 304: send no body
    chunked,      ///< append_chunk for each piece, then append_last_chunk
    until_close,  ///< a 1.0 client: the bytes as they are, then close; keep_alive was overruled
};

/// One answer. Calls in this order: field any number of times, then exactly one of the endings.
class ResponseWriter {
  public:
    /// Begins with the status line and Date. `status` is 200 to 599. `to` must outlive
    /// the writer.
    ResponseWriter(std::string& to, const ResponseContext& context, int status);

    /// `name` is a token and not one of those that this class writes itself. No value can end its
    /// line: bytes that a value may not hold become spaces (RFC 9110 5.5).
    ResponseWriter& field(std::string_view name, std::string_view value);
    ResponseWriter& field(std::string_view name, std::uint64_t value);

    /// Whole field lines, each with its end: for what is the same in every answer. None of the
    /// fields that this class writes itself is among them.
    ResponseWriter& lines(std::string_view lines) {
        to_.append(lines);
        return *this;
    }

    /// Ends with Content-Length and the body.
    void body(std::string_view content_type, std::string_view content);
    /// Ends with no content: Content-Length 0 where a length may stand.
    void no_body();
    /// Ends the head of an answer of `length` bytes which the caller sends itself, unless the
    /// return value says that nothing may follow.
    bool stream_length(std::uint64_t length);
    /// Ends the head of an answer of unknown length.
    StreamFraming stream();

  private:
    void append_field(std::string_view name, std::string_view value);
    bool may_have_length() const noexcept;
    bool may_have_body() const noexcept;
    void end_head();

    std::string& to_;
    ResponseContext context_;
    int status_;
};

/// "HTTP/1.1 100 Continue" and its empty line. Only to 1.1 clients.
std::string_view continue_response() noexcept;

/// One chunk; nothing for an empty `content`, which would end the body.
void append_chunk(std::string& to, std::string_view content);
void append_last_chunk(std::string& to);

}  // namespace belay::wire
