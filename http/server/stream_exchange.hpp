// A request whose body, or whose answer, is too large to be held in memory. Its handler is a
// coroutine that runs alone on the connection: the answers before it are out, and nothing is read
// beyond its body until it ends.
//
// The handler reads the body as far as it cares, then answers: with respond() or fail() of the
// exchange, or with begin(), write() and finish() here. What it leaves unread is dropped within a
// bound, or the connection closes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/run/task.hpp"
#include "http/server/exchange.hpp"

namespace belay::http {

class Connection;

enum class BodyState : std::uint8_t {
    data,       ///< `bytes` bytes have come, at least one; more may follow
    end,        ///< the body is complete; 0 bytes
    refused,    ///< malformed, or over the route's limit: fail(trouble()) answers it
    timed_out,  ///< too slow: fail(trouble()) answers it with 408
    lost,       ///< the client is gone
};

struct BodyPiece {
    BodyState state;
    std::size_t bytes = 0;
};

class StreamExchange {
  public:
    StreamExchange(Connection& connection, Exchange& exchange) noexcept
        : connection_(connection), exchange_(exchange) {}
    StreamExchange(const StreamExchange&) = delete;
    StreamExchange& operator=(const StreamExchange&) = delete;

    /// The request, without its body, and the short way to answer. Valid until the handler ends.
    Exchange& exchange() noexcept { return exchange_; }

    /// Waits until a part of the body is there and puts it into `into`, which is not empty and
    /// stays until then. The client is asked to go on (100) by the first call. After anything but
    /// data, the same again.
    run::task<BodyPiece> read_body(std::span<char> into);

    /// After refused and timed_out.
    Trouble trouble() const noexcept;

    /// Begins an answer of `length` bytes, or, without one, of as many as come. False: the request
    /// is answered without a body (HEAD); then neither write() nor finish() is called.
    bool begin(int status, std::string_view content_type, std::optional<std::uint64_t> length,
               ResponseFields fields = {});

    /// Waits until the client has taken all but a bounded part of `bytes`, which stay until then.
    /// False: it is gone, or too slow; nothing more need be written.
    run::task<bool> write(std::string_view bytes);

    /// The answer is complete. A handler that begins an answer and ends without this has failed
    /// underway: the connection is reset, so that nobody takes what has come for the whole.
    run::task<bool> finish();

  private:
    friend class Connection;

    enum class Progress : std::uint8_t { none, begun, finished };

    BodyState state_of_end() const noexcept;
    /// The handler has ended.
    void end(bool threw);

    Connection& connection_;
    Exchange& exchange_;
    std::string output_;  ///< head and chunk framing not yet sent
    Progress progress_ = Progress::none;
    wire::StreamFraming framing_ = wire::StreamFraming::nothing;
    bool has_length_ = false;
    std::uint64_t length_left_ = 0;
    BodyState failed_ = BodyState::data;  ///< sticks once it is something else
};

}  // namespace belay::http
