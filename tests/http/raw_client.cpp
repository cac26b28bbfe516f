#include "tests/http/raw_client.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace belay::test {
namespace {

constexpr int limit_seconds = 60;

std::size_t chunk_size(std::string_view line) {
    std::size_t size = 0;
    std::from_chars(line.data(), line.data() + line.size(), size, 16);
    return size;
}

}  // namespace

std::string Answer::field(std::string_view name) const {
    const std::string line = "\r\n" + std::string(name) + ": ";
    const std::size_t start = head.find(line);
    if (start == std::string::npos) {
        return {};
    }
    const std::size_t value = start + line.size();
    return head.substr(value, head.find("\r\n", value) - value);
}

RawClient::RawClient(std::uint16_t port, int receive_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_bytes > 0) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    }
    const timeval limit{limit_seconds, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(socket_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0,
          "the test server accepts");
}

RawClient::~RawClient() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

void RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;  // the server has closed; the test sees it when it reads
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::size_t RawClient::send_some(std::string_view bytes) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void RawClient::finish_sending() {
    ::shutdown(socket_, SHUT_WR);
}

void RawClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
}

bool RawClient::receive() {
    std::array<char, 64 * 1024> bytes;
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got > 0) {
        received_.append(bytes.data(), static_cast<std::size_t>(got));
        return true;
    }
    check(got == 0 || errno == ECONNRESET, "the server answers within the limit");
    reset_by_peer_ = got < 0;
    return false;
}

Answer RawClient::read(bool head_only, bool interim) {
    Answer answer;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
        if (!receive()) {
            return answer;
        }
    }
    answer.head = received_.substr(0, end + 4);
    received_.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + 9);
    if (answer.status < 200) {
        return interim ? answer : read(head_only, interim);
    }
    if (head_only || answer.status == 204 || answer.status == 304) {
        return answer;
    }
    if (answer.field("Transfer-Encoding") == "chunked") {
        while (true) {
            while ((end = received_.find("\r\n")) == std::string::npos) {
                if (!receive()) {
                    return Answer();
                }
            }
            const std::size_t size = chunk_size(received_.substr(0, end));
            while (received_.size() < end + 2 + size + 2) {
                if (!receive()) {
                    return Answer();
                }
            }
            answer.body.append(received_, end + 2, size);
            received_.erase(0, end + 2 + size + 2);
            if (size == 0) {
                return answer;
            }
        }
    }
    const std::string length = answer.field("Content-Length");
    if (length.empty()) {
        read_to_end();
        answer.body = std::exchange(received_, {});
        return answer;
    }
    const std::size_t size = static_cast<std::size_t>(std::atoll(length.c_str()));
    while (received_.size() < size) {
        if (!receive()) {
            return Answer();
        }
    }
    answer.body = received_.substr(0, size);
    received_.erase(0, size);
    return answer;
}

bool RawClient::read_to_end() {
    while (receive()) {
    }
    return !reset_by_peer_;
}

}  // namespace belay::test
