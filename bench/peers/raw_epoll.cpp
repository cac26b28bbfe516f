// The upper bound: a server that does nothing but read requests and write one constant answer, on
// raw epoll, a thread a core with SO_REUSEPORT. It looks for the ends of heads, so pipelined
// requests are each answered, and writes the answers to one read at once.
//
// usage: raw_epoll PORT THREADS BODY_BYTES
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::string_view head_end = "\r\n\r\n";

struct Client {
    std::string unread;  ///< the beginning of a head whose end has not come
    std::string unsent;
    bool waits_for_send = false;
};

int listen_on(std::uint16_t port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 4096) != 0) {
        std::perror("raw_epoll: listen");
        std::exit(1);
    }
    return listener;
}

class Loop {
  public:
    Loop(int listener, const std::string& answer)
        : listener_(listener), answer_(answer), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    }

    [[noreturn]] void run() {
        std::array<epoll_event, 256> events;
        for (;;) {
            const int count =
                ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            for (int place = 0; place < count; ++place) {
                const int descriptor = events[static_cast<std::size_t>(place)].data.fd;
                if (descriptor == listener_) {
                    accept_all();
                } else if (!serve(descriptor)) {
                    clients_.erase(descriptor);
                    ::close(descriptor);
                }
            }
        }
    }

  private:
    void watch(int operation, int descriptor, std::uint32_t what) {
        epoll_event event{};
        event.events = what;
        event.data.fd = descriptor;
        ::epoll_ctl(epoll_, operation, descriptor, &event);
    }

    void accept_all() {
        for (;;) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (client < 0) {
                return;
            }
            const int on = 1;
            ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            clients_[client];
            watch(EPOLL_CTL_ADD, client, EPOLLIN);
        }
    }

    bool serve(int descriptor) {
        Client& client = clients_[descriptor];
        const ssize_t count = ::recv(descriptor, input_.data(), input_.size(), 0);
        if (count < 0 && errno != EAGAIN) {
            return false;
        }
        if (count == 0) {
            return false;
        }
        if (count > 0) {
            std::string_view text(input_.data(), static_cast<std::size_t>(count));
            if (!client.unread.empty()) {
                client.unread.append(text);
                text = client.unread;
            }
            std::size_t end = text.find(head_end);
            while (end != std::string_view::npos) {
                client.unsent += answer_;
                text.remove_prefix(end + head_end.size());
                end = text.find(head_end);
            }
            client.unread = std::string(text);
        }
        return send(descriptor, client);
    }

    bool send(int descriptor, Client& client) {
        if (client.unsent.empty()) {
            return true;
        }
        const ssize_t count =
            ::send(descriptor, client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) {
            return false;
        }
        client.unsent.erase(0, static_cast<std::size_t>(count > 0 ? count : 0));
        if (client.unsent.empty() == client.waits_for_send) {
            client.waits_for_send = !client.waits_for_send;
            watch(EPOLL_CTL_MOD, descriptor, client.waits_for_send ? EPOLLIN | EPOLLOUT : EPOLLIN);
        }
        return true;
    }

    const int listener_;
    const std::string& answer_;
    const int epoll_;
    std::unordered_map<int, Client> clients_;
    std::array<char, 64 * 1024> input_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: raw_epoll PORT THREADS BODY_BYTES\n", stderr);
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    const int threads = std::atoi(arguments[2]);
    const auto bytes = static_cast<std::size_t>(std::atoi(arguments[3]));
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x');
    std::vector<int> listeners;
    for (int index = 0; index < threads; ++index) {
        listeners.push_back(listen_on(port));
    }
    std::vector<std::thread> loops;
    for (const int listener : listeners) {
        loops.emplace_back([listener, &answer] {
            const auto loop = std::make_unique<Loop>(listener, answer);
            loop->run();
        });
    }
    for (std::thread& loop : loops) {
        loop.join();
    }
}
