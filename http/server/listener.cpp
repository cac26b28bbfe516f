#include "http/server/listener.hpp"

#include <cerrno>
#include <charconv>
#include <string>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

using boost::asio::ip::tcp;

constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn

boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

bool turn_on(int socket, int level, int name) noexcept {
    const int on = 1;
    return ::setsockopt(socket, level, name, &on, sizeof on) == 0;
}

/// A socket bound to `endpoint`, or an error.
result<int> bind_to(const tcp::endpoint& endpoint, bool shared) {
    const int number =
        ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (number < 0) {
        return last_error();
    }
    // Asio has no option for SO_REUSEPORT; it must stand before the bind. SO_REUSEADDR lets a
    // restart bind while connections of the process before linger in TIME_WAIT.
    if (!turn_on(number, SOL_SOCKET, SO_REUSEADDR) ||
        (shared && !turn_on(number, SOL_SOCKET, SO_REUSEPORT)) ||
        ::bind(number, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
        const boost::system::error_code failed = last_error();
        ::close(number);
        return failed;
    }
    return number;
}

/// SO_REUSEPORT would also let a second server of the same user take a share of the first one's
/// connections: a bind without it tells that somebody listens there.
result<void> check_unused(const tcp::endpoint& endpoint) {
    const result<int> bound = bind_to(endpoint, false);
    if (!bound) {
        return bound.error();
    }
    ::close(*bound);
    return {};
}

result<std::uint16_t> port_of(int socket) {
    tcp::endpoint bound;
    auto size = static_cast<socklen_t>(bound.capacity());
    if (::getsockname(socket, bound.data(), &size) != 0) {
        return last_error();
    }
    bound.resize(size);
    return bound.port();
}

}  // namespace

result<tcp::endpoint> parse_endpoint(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return Error::malformed;
    }
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    std::uint16_t port = 0;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    boost::system::error_code bad_host;
    const auto address = boost::asio::ip::make_address(std::string(host), bad_host);
    if (failed != std::errc() || end != digits.data() + digits.size() || bad_host ||
        address.is_v6() != bracketed) {
        return Error::malformed;
    }
    return tcp::endpoint(address, port);
}

explained<Listeners> Listeners::open(const tcp::endpoint& endpoint, std::size_t count) {
    Listeners listeners;
    tcp::endpoint target = endpoint;
    const auto failed = [&endpoint](boost::system::error_code why) {
        return failure(why, "cannot listen on " + endpoint.address().to_string() + " port " +
                                std::to_string(endpoint.port()) + ": " + why.message());
    };
    if (const result<void> unused = check_unused(endpoint); unused.has_error()) {
        return failed(unused.error());
    }
    for (std::size_t index = 0; index < count; ++index) {
        const result<int> bound = bind_to(target, true);
        if (!bound) {
            return failed(bound.error());
        }
        listeners.sockets_.push_back(*bound);
        const result<std::uint16_t> port = port_of(*bound);
        if (!port) {
            return failed(port.error());
        }
        listeners.port_ = *port;
        target.port(*port);  // the kernel chose for the first; the others follow it
    }
    for (const int socket : listeners.sockets_) {
        if (::listen(socket, backlog) != 0) {
            return failed(last_error());
        }
    }
    return listeners;
}

Listeners::~Listeners() {
    for (const int socket : sockets_) {
        if (socket >= 0) {
            ::close(socket);
        }
    }
}

int Listeners::take(std::size_t index) noexcept {
    return std::exchange(sockets_[index], -1);
}

}  // namespace belay::http
