#include "scripted_server.hpp"

#include <array>
#include <cstdlib>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace belay::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Peer::Peer(Socket socket, asio::ssl::context* tls) : socket_(std::move(socket)) {
    if (tls != nullptr) {
        tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *tls);
        error_code error;
        tls_->handshake(asio::ssl::stream_base::server, error);
        ready_ = !error;
    }
}

std::size_t Peer::read_some(char* into, std::size_t size) {
    error_code error;
    const asio::mutable_buffer room(into, size);
    const std::size_t count = tls_ ? tls_->read_some(room, error) : socket_.read_some(room, error);
    return error ? 0 : count;
}

std::string Peer::read_request() {
    std::string request;
    for (;;) {
        std::array<char, 4096> room;
        const std::size_t count = read_some(room.data(), room.size());
        if (count == 0) {
            return {};
        }
        request.append(room.data(), count);
        const std::size_t head = request.find("\r\n\r\n");
        if (head == std::string::npos) {
            continue;
        }
        const std::size_t length = request.find("Content-Length: ");
        const std::size_t body =
            length < head ? std::strtoul(&request[length + 16], nullptr, 10) : 0;
        if (request.size() >= head + 4 + body) {
            return request;
        }
    }
}

bool Peer::write(std::string_view bytes) {
    error_code error;
    if (tls_) {
        asio::write(*tls_, asio::buffer(bytes), error);
    } else {
        asio::write(socket_, asio::buffer(bytes), error);
    }
    return !error;
}

void Peer::wait_for_end() {
    std::array<char, 4096> room;
    while (read_some(room.data(), room.size()) > 0) {
    }
}

void Peer::finish() {
    error_code ignored;
    tls_->shutdown(ignored);
}

void Peer::close() {
    error_code ignored;
    socket_.close(ignored);
}

ScriptedServer::ScriptedServer(Script script, const Identity* identity, const char* address,
                               int tls_version)
    : script_(std::move(script)),
      acceptor_(context_, tcp::endpoint(asio::ip::make_address(address), 0)),
      endpoint_(acceptor_.local_endpoint()) {
    if (identity != nullptr) {
        tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
        tls_->use_certificate_chain(asio::buffer(identity->certificate));
        tls_->use_private_key(asio::buffer(identity->key), asio::ssl::context::pem);
        if (tls_version != 0) {
            SSL_CTX* context = tls_->native_handle();
            SSL_CTX_set_security_level(context, 0);  // old versions are below OpenSSL's default
            SSL_CTX_set_min_proto_version(context, tls_version);
            SSL_CTX_set_max_proto_version(context, tls_version);
        }
    }
    accepting_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
    stopping_ = true;
    // What the accepting thread waits for: a connection.
    tcp::socket last(context_);
    error_code ignored;
    last.connect(endpoint_, ignored);
    accepting_.join();
    for (std::thread& peer : peers_) {
        peer.join();
    }
}

std::string ScriptedServer::url(std::string_view host) const {
    return (tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port()) +
           "/hook";
}

void ScriptedServer::serve() {
    while (true) {
        tcp::socket socket(context_);
        error_code error;
        acceptor_.accept(socket, error);
        if (stopping_) {
            return;
        }
        if (error) {
            continue;
        }
        ++connections_;
        peers_.emplace_back([this, taken = std::move(socket)]() mutable {
            Peer peer(std::move(taken), tls_.get());
            if (peer.is_ready()) {
                script_(peer);
            }
        });
    }
}

ScriptedServer::Script answers(std::string answer) {
    return [answer = std::move(answer)](Peer& peer) {
        peer.read_request();
        peer.write(answer);
    };
}

}  // namespace belay::test
