#include "http/client/system_resolver.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <netdb.h>

#include "http/client/socket_address.hpp"

namespace belay::client {
namespace {

namespace ip = boost::asio::ip;

struct FreeList {
    void operator()(addrinfo* first) const noexcept { freeaddrinfo(first); }
};

Resolver::Addresses look_up(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;  // each address once
    addrinfo* first = nullptr;
    const int outcome = getaddrinfo(host.c_str(), nullptr, &wanted, &first);
    if (outcome != 0) {
        const bool is_passing =
            outcome == EAI_AGAIN || outcome == EAI_MEMORY || outcome == EAI_SYSTEM;
        return is_passing ? Error::exhausted : Error::not_found;
    }
    const std::unique_ptr<addrinfo, FreeList> list(first);
    std::vector<ip::address> addresses;
    for (const addrinfo* at = first; at != nullptr; at = at->ai_next) {
        if (const std::optional<ip::address> address = address_of(*at->ai_addr)) {
            addresses.push_back(*address);
        }
    }
    if (addresses.empty()) {
        return Error::not_found;
    }
    return addresses;
}

}  // namespace

/// Everything but the constants is guarded by mutex_.
class SystemResolver::State {
  public:
    static void resolve(const std::shared_ptr<State>& self, const std::string& host, Done done);
    void close();

  private:
    void serve();
    /// False: there is no thread at all.
    static bool has_thread_for_queue(const std::shared_ptr<State>& self);

    std::mutex mutex_;
    std::condition_variable condition_;
    std::deque<std::string> queue_;
    std::map<std::string, std::vector<Done>> askers_;  ///< of every name queued or looked up
    unsigned threads_ = 0;
    unsigned idle_threads_ = 0;
    bool closed_ = false;
};

void SystemResolver::State::resolve(const std::shared_ptr<State>& self, const std::string& host,
                                    Done done) {
    const std::scoped_lock lock(self->mutex_);
    if (const auto asked = self->askers_.find(host); asked != self->askers_.end()) {
        asked->second.push_back(std::move(done));
        return;
    }
    if (self->askers_.size() >= names_max) {
        done(Error::exhausted);
        return;
    }
    self->queue_.push_back(host);
    if (!has_thread_for_queue(self)) {
        self->queue_.pop_back();
        done(Error::exhausted);
        return;
    }
    self->askers_[host].push_back(std::move(done));
    self->condition_.notify_one();
}

bool SystemResolver::State::has_thread_for_queue(const std::shared_ptr<State>& self) {
    if (self->idle_threads_ < self->queue_.size() && self->threads_ < threads_max) {
        try {
            std::thread([self] { self->serve(); }).detach();
            ++self->threads_;
        } catch (const std::system_error&) {
            // The machine is out of threads; those that there are will come to it.
        }
    }
    return self->threads_ > 0;
}

void SystemResolver::State::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_threads_;
        condition_.wait(lock, [this] { return closed_ || !queue_.empty(); });
        --idle_threads_;
        if (closed_) {
            return;
        }
        const std::string host = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        const Addresses addresses = look_up(host);
        lock.lock();
        if (closed_) {
            return;
        }
        // Under the lock: close() returns when no asker can be called any more.
        const auto asked = askers_.extract(host);
        for (const Done& done : asked.mapped()) {
            done(addresses);
        }
    }
}

void SystemResolver::State::close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    askers_.clear();
    queue_.clear();
    condition_.notify_all();
}

SystemResolver::SystemResolver() : state_(std::make_shared<State>()) {}

SystemResolver::~SystemResolver() {
    state_->close();
}

void SystemResolver::resolve(const std::string& host, Done done) {
    State::resolve(state_, host, std::move(done));
}

}  // namespace belay::client
