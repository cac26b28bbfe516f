// A server on loopback that does with each connection what the test says: answers well, badly, in
// pieces or never.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "certificates.hpp"

namespace belay::test {

/// One accepted connection, on a thread of its own; everything blocks.
class Peer {
  public:
    using Socket = boost::asio::ip::tcp::socket;

    /// With `tls` the handshake is made; is_ready() says how that went.
    Peer(Socket socket, boost::asio::ssl::context* tls);

    bool is_ready() const noexcept { return ready_; }

    /// A head, and a body if it has a Content-Length; empty if the client went away.
    std::string read_request();
    /// False if the client went away.
    bool write(std::string_view bytes);
    /// Returns when the client has closed.
    void wait_for_end();
    /// TLS: says that nothing more comes. Otherwise the end of the script closes in order.
    void finish();
    void close();

  private:
    std::size_t read_some(char* into, std::size_t size);

    Socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
    bool ready_ = true;
};

class ScriptedServer {
  public:
    using Script = std::function<void(Peer&)>;

    /// `tls_version` is OpenSSL's number of the only one that is spoken; 0: any.
    explicit ScriptedServer(Script script, const Identity* identity = nullptr,
                            const char* address = "127.0.0.1", int tls_version = 0);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return endpoint_.port(); }
    /// "http://127.0.0.1:4711/hook", or https.
    std::string url(std::string_view host = "127.0.0.1") const;
    /// Connections taken so far.
    int connections() const { return connections_; }

  private:
    void serve();

    const Script script_;
    boost::asio::io_context context_;
    std::unique_ptr<boost::asio::ssl::context> tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    boost::asio::ip::tcp::endpoint endpoint_;
    std::atomic<int> connections_{0};
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> peers_;  ///< of the accepting thread until it is joined
    std::thread accepting_;
};

/// A script that reads a request and writes `answer`, then closes.
ScriptedServer::Script answers(std::string answer);

}  // namespace belay::test
