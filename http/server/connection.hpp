// One client's connection: the coroutine that moves bytes between the transport, the session and
// the handlers. Requests that arrive together are taken up together and answered together, in
// order, by one write; nothing is read while answers wait to be taken by the client, so a client
// that does not read bounds its own memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/run/deadlines.hpp"
#include "core/run/event.hpp"
#include "core/run/task.hpp"
#include "http/server/exchange.hpp"
#include "http/server/services.hpp"
#include "http/server/session.hpp"
#include "http/server/transport.hpp"

namespace belay::http {

class Connection final : private run::Deadline, private AnswerWaiter {
  public:
    /// `services` outlives the connection; the shard's thread only.
    Connection(Services& services, Socket socket);
    ~Connection() override;

    /// The TLS handshake, if one is due. False: close.
    run::task<bool> shake_hands();

    /// Serves requests until the connection is closed. The object outlives the task.
    run::task<> serve();

    /// The server is draining: closes now if no request has begun, else after its answer.
    void drain() noexcept;

    /// The time for draining is over: a client that is waited for now is given up, as if its own
    /// time were over.
    void cut() noexcept;

  private:
    friend class StreamExchange;

    /// What serve() does when the answers are out.
    enum class Next : std::uint8_t { read, take_up_more, stream, close };

    /// What the armed deadline is for.
    enum class Guard : std::uint8_t { none, request, head, body, write, handshake, linger };

    // Taking up requests (connection_requests.cpp).
    Next take_up();
    Next take_late();
    bool take_head();
    bool admit(Exchange& exchange);
    bool authorise(Exchange& exchange);
    bool within_rate(Exchange& exchange);
    bool content_fits(Exchange& exchange);
    void reject(Trouble trouble, std::string_view detail = {}, ResponseFields fields = {});
    void answer_options(Exchange& exchange);
    void spare_content(Exchange& exchange);
    static void fail_thrown(Exchange& exchange, Trouble trouble);
    void take_request();
    void answer_refusal(Trouble trouble, std::string_view sentence);
    void match(Exchange& exchange);
    /// After match().
    void name(Exchange& exchange, std::optional<std::string_view> sent);
    Exchange& into_batch();

    // I/O.
    bool gather();
    void spare_idle();
    /// So many bytes were read into the buffer's room, which had `room`.
    void take_in(std::size_t bytes, std::size_t room) noexcept;
    void received(std::size_t bytes) noexcept;
    void release_batch();
    run::task<bool> send(std::string_view bytes);
    run::task<> stream_current();
    run::task<> linger();

    // Deadlines. A guard that is armed already for the same stays as it is: the time is a total.
    void guard(Guard wanted) noexcept;
    void unguard() noexcept;
    Guard guard_of_wait() const noexcept;
    run::DeadlineClass& length_of(Guard guarded) const noexcept;

    void expired() override;
    void answering(Exchange& exchange) noexcept override;
    void answered(Exchange& exchange) noexcept override;

    Services& services_;
    Transport transport_;
    Session session_;
    ReadBuffer in_;

    std::unique_ptr<Exchange> current_;  ///< whose request is being read or streamed
    /// Taken up, in order of their requests; null once its answer is in joined_.
    std::vector<std::unique_ptr<Exchange>> batch_;
    std::size_t answers_due_ = 0;  ///< of the batch
    std::size_t batch_bytes_ = 0;  ///< of its answers so far
    std::size_t gathered_ = 0;     ///< how many of the batch are in output_
    run::Event all_answered_;

    std::string_view output_;  ///< what is to be written next
    std::string joined_;       ///< where it is, if it is several answers
    std::string surplus_;      ///< received behind a streamed body, while its head must not move
    bool continue_due_ = false;
    bool served_ = false;         ///< at least one answer was given
    bool more_is_there_ = false;  ///< the last read filled its room: the next will not wait
    unsigned unsuspended_ = 0;    ///< reads since another connection could have had its turn

    Guard guard_ = Guard::none;
    bool waiting_ = false;          ///< on the transport
    bool late_ = false;             ///< a deadline has passed: ends whatever is under way
    bool broken_ = false;           ///< nothing can be said to the peer any more
    bool reset_ = false;            ///< the close is to be seen as a failure
    std::uint64_t body_bytes_ = 0;  ///< since its guard was armed
};

}  // namespace belay::http
