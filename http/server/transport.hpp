// The byte stream under a connection: a socket, with TLS on it or not. Every call tries and returns
// at once; what would block says which readiness to wait for.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/run/readiness.hpp"
#include "http/server/io_result.hpp"
#include "http/server/tls.hpp"

namespace belay::http {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

class Transport {
  public:
    /// `socket` is non-blocking; with `tls` a handshake is due first. `tls` may go after this call.
    Transport(Socket socket, const TlsContext* tls);

    bool has_tls() const noexcept { return static_cast<bool>(tls_); }

    IoResult try_handshake() noexcept;
    /// `into` is not empty.
    IoOutcome try_read(std::span<char> into) noexcept;
    /// `bytes` is not empty. May take a part.
    IoOutcome try_write(std::string_view bytes) noexcept;

    /// Receives and forgets, below TLS: for the time between the last answer and the close.
    IoOutcome try_drop() noexcept;

    /// Tells the peer that nothing more comes; reading goes on.
    void finish_sending() noexcept;

    /// Ends a wait under way with operation_aborted.
    void cancel() noexcept;
    void close() noexcept;
    /// Closes so that the peer cannot take what it got for complete: with a reset.
    void abort() noexcept;

    /// To be awaited after `result` was needs_read or needs_write.
    auto ready(IoResult result) {
        return readiness_.until(
            socket_, result == IoResult::needs_write ? Socket::wait_write : Socket::wait_read);
    }

    /// To be awaited, without TLS only: receives into `into`, as long as it takes. Its outcome is
    /// that of outcome_of().
    auto receive(std::span<char> into) { return readiness_.receive(socket_, into); }

    /// done, ended or failed; needs_read if the wait was cancelled.
    static IoOutcome outcome_of(const run::Readiness::Received& received) noexcept;

  private:
    Socket socket_;
    TlsSession tls_;
    run::Readiness readiness_;
};

}  // namespace belay::http
