#include "http/client/connection.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace belay::client {
namespace {

namespace asio = boost::asio;

/// Whom the certificate must name. False if OpenSSL does not take it.
bool expect(SSL& tls, const std::string& host, bool is_address) {
    if (is_address) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&tls), host.c_str()) == 1;
    }
    // Names count where RFC 9525 6.3 says, and a star stands for one whole label.
    SSL_set_hostflags(&tls,
                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(&tls, host.c_str()) == 1 && SSL_set_tlsext_host_name(&tls, host.c_str());
}

}  // namespace

run::task<IoDone> Connection::connect(asio::ip::tcp::endpoint server) {
    IoDone done;
    socket_.open(server.protocol(), done.error);
    if (done.error) {
        co_return done;
    }
    auto start = [&](auto handler) { socket_.async_connect(server, std::move(handler)); };
    AsioWait wait(start);
    done = co_await wait;
    if (!done.error) {
        // A request is written at once and whole: there is nothing to collect.
        boost::system::error_code ignored;
        socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    }
    co_return done;
}

run::task<IoDone> Connection::begin_tls(const Trust& trust, const std::string& host,
                                        bool is_address) {
    tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, trust.context());
    IoDone done;
    if (!expect(*tls_->native_handle(), host, is_address)) {
        done.error = asio::error::invalid_argument;
        co_return done;
    }
    auto start = [&](auto handler) {
        tls_->async_handshake(asio::ssl::stream_base::client, std::move(handler));
    };
    AsioWait wait(start);
    done = co_await wait;
    co_return done;
}

std::string Connection::tls_failure() const {
    const long verified = SSL_get_verify_result(tls_->native_handle());
    if (verified == X509_V_OK) {
        return "the TLS handshake failed";
    }
    return std::string("the certificate is refused: ") + X509_verify_cert_error_string(verified);
}

run::task<IoDone> Connection::write(std::string_view head, std::string_view body) {
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(head), asio::buffer(body)};
    auto start = [&](auto handler) {
        if (tls_) {
            asio::async_write(*tls_, bytes, std::move(handler));
        } else {
            asio::async_write(socket_, bytes, std::move(handler));
        }
    };
    AsioWait wait(start);
    const IoDone done = co_await wait;
    co_return done;
}

run::task<IoDone> Connection::read(std::span<char> into) {
    auto start = [&](auto handler) {
        const asio::mutable_buffer room(into.data(), into.size());
        if (tls_) {
            tls_->async_read_some(room, std::move(handler));
        } else {
            socket_.async_read_some(room, std::move(handler));
        }
    };
    AsioWait wait(start);
    const IoDone done = co_await wait;
    co_return done;
}

bool Connection::is_quiet() noexcept {
    char byte;
    return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           errno == EAGAIN;
}

void Connection::close() noexcept {
    // Not cancel(): that would end the operation that waits now, and not the next one of a
    // handshake whose last step is just being delivered.
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace belay::client
