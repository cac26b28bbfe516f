// Listening sockets: one a shard on the same address and port (SO_REUSEPORT), among which the
// kernel spreads the connections. All begin to listen together and only when every shard is ready:
// one that listened alone, even for 100 ms, took every connection of a load (design 9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "core/base/result.hpp"

namespace belay::http {

/// "127.0.0.1:8080", "[::]:8080". Port 0: the kernel chooses.
result<boost::asio::ip::tcp::endpoint> parse_endpoint(std::string_view text);

/// Owns the sockets that were not taken.
class Listeners {
  public:
    /// `count` sockets that listen; an error names the address.
    static explained<Listeners> open(const boost::asio::ip::tcp::endpoint& endpoint,
                                     std::size_t count);

    Listeners(Listeners&& other) noexcept = default;
    Listeners& operator=(Listeners&&) = delete;
    ~Listeners();

    /// The port that was bound, also when port 0 was asked for.
    std::uint16_t port() const noexcept { return port_; }

    /// Gives socket `index` away, to Server::listen. Once each.
    int take(std::size_t index) noexcept;

  private:
    Listeners() = default;

    std::vector<int> sockets_;
    std::uint16_t port_ = 0;
};

}  // namespace belay::http
