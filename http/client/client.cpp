#include "http/client/client.hpp"

#include <utility>

#include "core/base/check.hpp"
#include "http/client/connection.hpp"
#include "http/client/exchange.hpp"

namespace belay::client {

/// A connection that waits for the next call.
struct Client::Idle final : run::Deadline {
    Idle(Client& its_client, std::list<Idle>& its_list, std::unique_ptr<Connection> what)
        : client(its_client), list(its_list), connection(std::move(what)) {}

    void expired() override { client.drop_idle(*this); }

    Client& client;
    std::list<Idle>& list;
    std::unique_ptr<Connection> connection;
};

std::string_view name_of(Trouble trouble) noexcept {
    switch (trouble) {
        case Trouble::bad_url:
            return "bad_url";
        case Trouble::refused_address:
            return "refused_address";
        case Trouble::resolve_failed:
            return "resolve_failed";
        case Trouble::connect_failed:
            return "connect_failed";
        case Trouble::tls_failed:
            return "tls_failed";
        case Trouble::timed_out:
            return "timed_out";
        case Trouble::broken_answer:
            return "broken_answer";
        case Trouble::answer_too_large:
            return "answer_too_large";
        case Trouble::stopped:
            return "stopped";
    }
    return {};
}

void throw_exception_from_error(const NoAnswer&, const boost::source_location& where) {
    const boost::system::error_code code = Error::not_found;
    boost::throw_exception(boost::system::system_error(code, "a call without an answer"), where);
}

Client::Client(run::Shard& shard, Resolver& resolver, const Trust& trust,
               const ClientSettings& settings)
    : shard_(shard),
      resolver_(resolver),
      trust_(trust),
      settings_(settings),
      policy_(settings.addresses),
      call_deadlines_(shard.deadlines().of_length(settings.timeout)),
      connect_deadlines_(shard.deadlines().of_length(settings.connect_timeout)),
      idle_deadlines_(shard.deadlines().of_length(settings.idle_timeout)) {}

Client::~Client() {
    check(under_way_.empty(), "no call is under way when a client goes");
}

run::task<Outcome> Client::send(const Request& request) {
    Exchange exchange(*this, request);
    Outcome outcome = co_await exchange.run();
    co_return outcome;
}

void Client::stop() noexcept {
    stopped_ = true;
    idle_.clear();
    for (Exchange* exchange : under_way_) {
        exchange->interrupt(Trouble::stopped);
    }
}

std::unique_ptr<Connection> Client::take_idle(const std::string& origin) {
    const auto found = idle_.find(origin);
    if (found == idle_.end()) {
        return nullptr;
    }
    // The last first: those that are not needed any more grow old.
    while (!found->second.empty()) {
        std::unique_ptr<Connection> connection = std::move(found->second.back().connection);
        found->second.pop_back();
        if (connection->is_quiet()) {
            return connection;
        }
    }
    return nullptr;
}

void Client::keep_idle(const std::string& origin, std::unique_ptr<Connection> connection) {
    if (stopped_ || settings_.idle_per_origin_max == 0) {
        return;
    }
    std::list<Idle>& list = idle_[origin];
    if (list.size() >= settings_.idle_per_origin_max) {
        list.pop_front();
    }
    shard_.arm(list.emplace_back(*this, list, std::move(connection)), idle_deadlines_);
}

void Client::drop_idle(Idle& idle) noexcept {
    idle.list.remove_if([&](const Idle& other) { return &other == &idle; });
}

}  // namespace belay::client
