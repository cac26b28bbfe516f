#include "http/server/transport.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sys/socket.h>

#include <boost/asio/error.hpp>

namespace belay::http {
namespace {

IoOutcome failed_or(IoResult when_blocked) noexcept {
    return {errno == EAGAIN || errno == EWOULDBLOCK ? when_blocked : IoResult::failed};
}

IoOutcome receive_now(int socket, std::span<char> into) noexcept {
    while (true) {
        const ssize_t got = ::recv(socket, into.data(), into.size(), 0);
        if (got > 0) {
            return {IoResult::done, static_cast<std::size_t>(got)};
        }
        if (got == 0) {
            return {IoResult::ended};
        }
        if (errno != EINTR) {
            return failed_or(IoResult::needs_read);
        }
    }
}

}  // namespace

Transport::Transport(Socket socket, const TlsContext* tls) : socket_(std::move(socket)) {
    if (tls != nullptr) {
        tls_ = tls->begin(socket_.native_handle());
    }
}

IoResult Transport::try_handshake() noexcept {
    return tls_.handshake();
}

IoOutcome Transport::try_read(std::span<char> into) noexcept {
    if (has_tls()) {
        return tls_.read(into);
    }
    return receive_now(socket_.native_handle(), into);
}

IoOutcome Transport::outcome_of(const run::Readiness::Received& received) noexcept {
    if (!received.error) {
        return {IoResult::done, received.bytes};
    }
    if (received.error == boost::asio::error::operation_aborted) {
        return {IoResult::needs_read};
    }
    return {received.error == boost::asio::error::eof ? IoResult::ended : IoResult::failed};
}

IoOutcome Transport::try_drop() noexcept {
    std::array<char, 16 * 1024> dropped;
    return receive_now(socket_.native_handle(), dropped);
}

IoOutcome Transport::try_write(std::string_view bytes) noexcept {
    if (has_tls()) {
        return tls_.write(bytes);
    }
    while (true) {
        const ssize_t sent =
            ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            return {IoResult::done, static_cast<std::size_t>(sent)};
        }
        if (errno != EINTR) {
            return failed_or(IoResult::needs_write);
        }
    }
}

void Transport::finish_sending() noexcept {
    if (has_tls()) {
        tls_.shut_down();
    }
    ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Transport::cancel() noexcept {
    boost::system::error_code ignored;  // a socket that is gone has no wait to cancel
    socket_.cancel(ignored);
}

void Transport::close() noexcept {
    boost::system::error_code ignored;  // closed for us either way
    socket_.close(ignored);
}

void Transport::abort() noexcept {
    boost::system::error_code ignored;
    socket_.set_option(boost::asio::socket_base::linger(true, 0), ignored);
    close();
}

}  // namespace belay::http
