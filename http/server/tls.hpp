// TLS (reliability 6.5): versions 1.2 and 1.3, AEAD with ECDHE over X25519 or P-256 only, HTTP/1.1
// by ALPN. No renegotiation, no compression, no early data, and no resumption: a ticket key that
// lives for weeks would undo forward secrecy, and a connection here is kept long enough to pay for
// its handshake.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include <openssl/ssl.h>

#include "core/base/result.hpp"
#include "http/server/io_result.hpp"

namespace belay::http {

/// One connection's TLS on a non-blocking socket. The socket outlives it and is not owned.
class TlsSession {
  public:
    TlsSession() noexcept = default;
    TlsSession(SSL_CTX& context, int socket);

    explicit operator bool() const noexcept { return ssl_ != nullptr; }

    IoResult handshake() noexcept;
    IoOutcome read(std::span<char> into) noexcept;
    IoOutcome write(std::string_view bytes) noexcept;
    /// Sends close_notify if there is room for it, once.
    void shut_down() noexcept;

  private:
    struct Free {
        void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    };

    IoResult judge(int returned) noexcept;

    std::unique_ptr<SSL, Free> ssl_;
    bool may_shut_down_ = false;  ///< the handshake is done, and no error has ended the session
};

/// A text in PEM form.
struct Pem {
    std::string_view text;
    std::string_view name;  ///< as errors show it: what an operator calls the file
};

/// A certificate and how to use it. Thread-safe; loading again replaces the certificate of the
/// connections to come and leaves those that are open alone.
class TlsContext {
  public:
    /// The chain begins with the server's own certificate. On an error nothing changes; it names
    /// the text that is to blame.
    explained<void> load(const Pem& certificate_chain, const Pem& private_key);

    /// A certificate was loaded.
    TlsSession begin(int socket) const;

  private:
    struct Free {
        void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
    };
    using Handle = std::unique_ptr<SSL_CTX, Free>;

    static Handle make();

    /// Taken once a connection, not once a request.
    mutable std::mutex mutex_;
    Handle current_;  ///< guarded by mutex_; each session holds its own reference
};

}  // namespace belay::http
