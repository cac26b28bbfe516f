// A connection to a server, with TLS on it or not.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "core/run/shard.hpp"
#include "core/run/task.hpp"
#include "http/client/asio_wait.hpp"
#include "http/client/trust.hpp"

namespace belay::client {

/// Owned by one shard. One operation at a time; it has ended before the connection goes.
class Connection {
  public:
    explicit Connection(run::Shard& shard) : socket_(shard.context()) {}

    run::task<IoDone> connect(boost::asio::ip::tcp::endpoint server);

    /// The server proves to be `host`, a name or, with `is_address`, an address.
    run::task<IoDone> begin_tls(const Trust& trust, const std::string& host, bool is_address);

    /// Why begin_tls() failed, without anything that came from the server.
    std::string tls_failure() const;

    /// Both one after the other, whole.
    run::task<IoDone> write(std::string_view head, std::string_view body);

    /// At least one byte, or the error eof: the server ended its side in order.
    run::task<IoDone> read(std::span<char> into);

    /// Nothing has come since the last read, not even an end.
    bool is_quiet() noexcept;

    /// Ends what is under way, and everything that is begun later, with an error.
    void close() noexcept;

  private:
    using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp,
                                                    boost::asio::io_context::executor_type>;

    Socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace belay::client
