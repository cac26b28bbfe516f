// The HTTP server of one shard: its listener, its connections, and what they share.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <unordered_map>

#include <boost/asio/basic_socket_acceptor.hpp>

#include "core/run/gate.hpp"
#include "http/server/connection.hpp"
#include "http/server/exchange.hpp"
#include "http/server/services.hpp"

namespace belay::http {

/// On the shard's thread, but for metrics(). Before it ends: stop_accepting(), then drain() until
/// its report.
class Server {
  public:
    explicit Server(const ServerParts& parts);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Accepts from this listening socket, which it owns from now on. Once.
    void listen(int socket);

    /// Closes the listener. Connections in its queue that were not accepted are reset, so all
    /// shards do this together, when nobody sends new ones.
    void stop_accepting();

    /// Idle connections close; the others answer what has begun, then close; who keeps us waiting
    /// after drain_timeout is cut. Calls `when_empty` when the last has gone. After
    /// stop_accepting().
    void drain(std::function<void()> when_empty);

    /// Thread-safe.
    const ServerMetrics& metrics() const noexcept { return services_.metrics; }

  private:
    using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp,
                                                        boost::asio::io_context::executor_type>;
    /// IPv4 addresses mapped into IPv6.
    using Address = std::array<unsigned char, 16>;
    struct Counts {
        std::size_t connections = 0;
        std::size_t handshakes = 0;
    };
    struct HashAddress {
        std::size_t operator()(const Address& address) const noexcept;
    };

    /// Wakes the accept loop some time after accept failed for want of resources.
    class PauseEnd final : public run::Deadline {
      public:
        explicit PauseEnd(run::Event& event) noexcept : event_(event) {}

      private:
        void expired() override { event_.set(); }
        run::Event& event_;
    };

    /// Cuts, from the end of the time for draining on, whoever keeps us waiting.
    class DrainEnd final : public run::Deadline {
      public:
        explicit DrainEnd(Server& server) noexcept : server_(server) {}

      private:
        void expired() override { server_.cut_all(); }
        Server& server_;
    };

    /// A connection in the list of all.
    class Open {
      public:
        Open(Server& server, Connection& connection, const Address& address);
        ~Open();
        Open(const Open&) = delete;
        Open& operator=(const Open&) = delete;

      private:
        friend class Server;
        Server& server_;
        Connection& connection_;
        const Address address_;
        Open* before_ = nullptr;
        Open* after_ = nullptr;
    };

    enum class Accepted : std::uint8_t { one, none_waiting, no_resources, closed };

    void cut_all();
    run::task<> accept_all();
    Accepted accept_one();
    run::task<> serve(Socket socket, Address address);
    bool is_full() const noexcept;
    bool is_over_limit(const Address& address) const;
    void end_handshake(const Address& address) noexcept;
    static Address address_of(int socket) noexcept;

    ExchangePool exchanges_;
    Services services_;
    const std::size_t connections_max_;
    const std::size_t per_address_max_;
    Acceptor acceptor_;
    run::Readiness acceptable_;
    run::Event may_accept_;  ///< a connection has gone, a pause is over, or the listener is closed
    PauseEnd pause_;
    DrainEnd drain_end_;
    std::size_t connections_ = 0;
    std::size_t handshakes_ = 0;
    std::unordered_map<Address, Counts, HashAddress> by_address_;
    Open* first_ = nullptr;
    run::Gate gate_;
};

}  // namespace belay::http
