#include "http/server/server.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

void set_option(int socket, int level, int name, int value) noexcept {
    // A refusal costs speed, not correctness.
    ::setsockopt(socket, level, name, &value, sizeof value);
}

}  // namespace

std::size_t Server::HashAddress::operator()(const Address& address) const noexcept {
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(address.data()), address.size()});
}

Server::Open::Open(Server& server, Connection& connection, const Address& address)
    : server_(server), connection_(connection), address_(address) {
    Counts& counts = server_.by_address_[address_];
    ++counts.connections;
    ++counts.handshakes;
    ++server_.handshakes_;
    ++server_.connections_;
    server_.services_.metrics.connections_accepted.add();
    server_.services_.metrics.connections_open.add();
    after_ = server_.first_;
    if (after_ != nullptr) {
        after_->before_ = this;
    }
    server_.first_ = this;
}

Server::Open::~Open() {
    (before_ != nullptr ? before_->after_ : server_.first_) = after_;
    if (after_ != nullptr) {
        after_->before_ = before_;
    }
    const auto counted = server_.by_address_.find(address_);
    if (--counted->second.connections == 0) {
        server_.by_address_.erase(counted);
    }
    --server_.connections_;
    server_.services_.metrics.connections_open.subtract();
    server_.may_accept_.set();
}

Server::Server(const ServerParts& parts)
    : services_(parts, exchanges_),
      connections_max_(share_of(parts.settings.connections_max, parts.shard_count)),
      per_address_max_(share_of(parts.settings.connections_per_address_max, parts.shard_count)),
      acceptor_(parts.shard.context()),
      may_accept_(parts.shard),
      pause_(may_accept_),
      drain_end_(*this) {}

Server::~Server() = default;

void Server::listen(int socket) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    check(::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) == 0,
          "a listening socket has a name");
    const bool v6 = name.ss_family == AF_INET6;
    acceptor_.assign(v6 ? boost::asio::ip::tcp::v6() : boost::asio::ip::tcp::v4(), socket);
    services_.parts.shard.spawn(gate_, accept_all());
}

void Server::stop_accepting() {
    boost::system::error_code ignored;  // closed for us either way
    acceptor_.close(ignored);
    may_accept_.set();
}

void Server::drain(std::function<void()> when_empty) {
    check(!acceptor_.is_open(), "a server drains when nobody new can come");
    services_.draining = true;
    for (Open* open = first_; open != nullptr; open = open->after_) {
        open->connection_.drain();
    }
    const Milliseconds limit = services_.parts.settings.drain_timeout;
    if (limit > Milliseconds::zero() && first_ != nullptr) {
        services_.arm(drain_end_, services_.parts.shard.deadlines().of_length(limit));
    }
    gate_.close(std::move(when_empty));
}

void Server::cut_all() {
    for (Open* open = first_; open != nullptr; open = open->after_) {
        open->connection_.cut();
    }
    // Who was busy with something else just now comes back to its client soon.
    if (first_ != nullptr) {
        services_.arm(drain_end_, services_.lengths.accept_pause);
    }
}

bool Server::is_full() const noexcept {
    return connections_ >= connections_max_ ||
           handshakes_ >= services_.parts.settings.handshakes_max;
}

bool Server::is_over_limit(const Address& address) const {
    const auto counted = by_address_.find(address);
    return counted != by_address_.end() &&
           (counted->second.connections >= per_address_max_ ||
            counted->second.handshakes >= services_.parts.settings.handshakes_per_address_max);
}

void Server::end_handshake(const Address& address) noexcept {
    --handshakes_;
    --by_address_.find(address)->second.handshakes;
    may_accept_.set();
}

run::task<> Server::accept_all() {
    while (acceptor_.is_open()) {
        may_accept_.reset();
        if (is_full()) {
            co_await may_accept_.wait();
            continue;
        }
        const Accepted accepted = accept_one();
        if (accepted == Accepted::none_waiting) {
            co_await acceptable_.until(acceptor_, Acceptor::wait_read);
        } else if (accepted == Accepted::no_resources) {
            services_.metrics.accept_pauses.add();
            services_.arm(pause_, services_.lengths.accept_pause);
            co_await may_accept_.wait();
            pause_.disarm();
        }
    }
}

Server::Accepted Server::accept_one() {
    const int number =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (number < 0) {
        switch (errno) {
            case EAGAIN:
                return Accepted::none_waiting;
            case EMFILE:
            case ENFILE:
            case ENOBUFS:
            case ENOMEM:
                return Accepted::no_resources;
            default:
                return Accepted::one;  // that one is gone, or a signal came: look for the next
        }
    }
    const Address address = address_of(number);
    Socket socket(services_.parts.shard.context());
    boost::system::error_code failed;
    socket.assign(acceptor_.local_endpoint().protocol(), number, failed);
    if (failed) {
        ::close(number);
        return Accepted::no_resources;
    }
    if (is_over_limit(address)) {
        services_.metrics.connections_over_limit.add();
        return Accepted::one;
    }
    set_option(number, IPPROTO_TCP, TCP_NODELAY, 1);
    // What the kernel holds and has not sent counts as output, too: without this it takes megabytes
    // for a client that does not read.
    set_option(number, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
               static_cast<int>(services_.parts.settings.output_bytes_max));
    set_option(number, IPPROTO_TCP, TCP_USER_TIMEOUT,
               static_cast<int>(services_.parts.settings.write_timeout.count()));
    services_.parts.shard.spawn(gate_, serve(std::move(socket), address));
    return Accepted::one;
}

run::task<> Server::serve(Socket socket, Address address) {
    // On the heap, not in the frame: frames of a few hundred bytes are kept for reuse.
    const auto connection = std::make_unique<Connection>(services_, std::move(socket));
    const Open open(*this, *connection, address);
    const bool shaken = co_await connection->shake_hands();
    end_handshake(address);
    if (shaken) {
        co_await connection->serve();
    }
}

Server::Address Server::address_of(int socket) noexcept {
    Address address{};
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    // Gone already: counted under the zero address until its first read says so.
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) {
        return address;
    }
    if (peer.ss_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, &peer, sizeof v6);
        std::memcpy(address.data(), &v6.sin6_addr, address.size());
    } else {
        sockaddr_in v4;
        std::memcpy(&v4, &peer, sizeof v4);
        address[10] = address[11] = 0xff;
        std::memcpy(address.data() + 12, &v4.sin_addr, 4);
    }
    return address;
}

}  // namespace belay::http
