// Calls other people's HTTP servers: receivers of webhooks, an external ledger. Everything over
// there is taken for hostile or broken until it has answered: where it may be is AddressPolicy's,
// who it is TLS says, and how long and how much it may answer is bounded.
//
// It lives on a run::Shard, beside coroutines that use it: many calls wait at once and cost no
// thread, a caller awaits like anywhere else in belay, and time is the shard's. A client that
// should not share a core with requests is given a shard of its own. What would block, looking up a
// name, is the resolver's business (resolver.hpp). One call:
//
//   - the URL is read by the one strict parser, its host resolved once, every address judged: one
//     bad address refuses them all, and the connection goes to an address that was judged;
//   - the certificate's chain and name are verified;
//   - no redirect is followed, no proxy taken from the environment, nothing tried twice;
//   - it ends when its time is over, whatever the server does.
//
// An interim answer (1xx) is skipped. A body beyond what the caller wants is cut by closing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "core/base/time.hpp"
#include "core/run/shard.hpp"
#include "core/run/task.hpp"
#include "http/client/address_policy.hpp"
#include "http/client/resolver.hpp"
#include "http/client/trust.hpp"

namespace belay::client {

struct Field {
    std::string_view name;
    std::string_view value;
};

struct Request {
    std::string_view method = "GET";
    /// Whole: "https://example.com/hooks?a=1".
    std::string_view url{};
    /// Besides Host, Content-Length, Connection and, unless it is here, User-Agent, which the
    /// client writes. Values from a tenant have been vetted; a byte that may not stand in a field
    /// is a broken invariant.
    std::vector<Field> fields{};
    /// Sent as it is. Content-Length is written if it is not empty or the method is not GET.
    std::string_view body{};
    /// So much of the answer's body is kept.
    std::size_t answer_bytes_max = 64 * 1024;
    /// Fields of the answer that the caller wants, names in any case.
    std::vector<std::string_view> wanted{};
};

struct Answer {
    int status = 0;
    /// Retry-After, as from now; not below zero. None if there is none that can be read.
    std::optional<Milliseconds> retry_after{};
    /// The values of Request::wanted, in its order; empty where the field did not come.
    std::vector<std::string> fields{};
    std::string body{};
    /// The body was longer: the rest was not read.
    bool is_cut = false;
};

enum class Trouble : std::uint8_t {
    bad_url,           ///< not a URL that the parser takes
    refused_address,   ///< the policy forbids the port, the host or one of its addresses
    resolve_failed,    ///< the name has no address, or cannot be looked up now
    connect_failed,    ///< no address took a connection
    tls_failed,        ///< no common version, or a certificate that is not to be believed
    timed_out,         ///< the time of the call was over
    broken_answer,     ///< the connection ended early, or what came is not HTTP/1.1
    answer_too_large,  ///< the head of the answer, or too many interim answers
    stopped,           ///< the client was stopped
};

std::string_view name_of(Trouble trouble) noexcept;

/// Why there is no answer.
struct NoAnswer {
    Trouble trouble;
    /// A short sentence for a person, without anything that came from the server.
    std::string what;
    /// Whether the server may have got the request: false if nothing of it was sent.
    bool may_have_arrived = false;
};

using Outcome = boost::system::result<Answer, NoAnswer>;

[[noreturn]] void throw_exception_from_error(const NoAnswer& error,
                                             const boost::source_location& where);

struct ClientSettings {
    AddressRules addresses;
    /// Else https alone.
    bool allow_http = false;
    /// Of a whole call, from its begin to the last byte of the answer.
    Milliseconds timeout = std::chrono::seconds(15);
    /// Of the connection to one address, TLS not included; then the next one is tried.
    Milliseconds connect_timeout = std::chrono::seconds(5);
    /// Open connections kept for the next call to the same origin; 0: none. They were judged when
    /// they were made.
    std::size_t idle_per_origin_max = 0;
    Milliseconds idle_timeout = std::chrono::seconds(20);
};

class Connection;
class Exchange;

/// Owned by one shard; not thread-safe.
class Client {
  public:
    static constexpr std::uint32_t answer_head_bytes_max = 16 * 1024;

    /// Everything outlives it; the shard outlives the resolver, which calls back to it.
    Client(run::Shard& shard, Resolver& resolver, const Trust& trust,
           const ClientSettings& settings);

    /// No call is under way: stop(), then let those who call end.
    ~Client();

    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Any number at once. What `request` refers to outlives the await.
    run::task<Outcome> send(const Request& request);

    /// Ends all calls soon, and those that are made later at once, with Trouble::stopped.
    void stop() noexcept;

    const AddressPolicy& policy() const noexcept { return policy_; }

  private:
    friend class Exchange;

    struct Idle;

    std::unique_ptr<Connection> take_idle(const std::string& origin);
    void keep_idle(const std::string& origin, std::unique_ptr<Connection> connection);
    void drop_idle(Idle& idle) noexcept;

    run::Shard& shard_;
    Resolver& resolver_;
    const Trust& trust_;
    const ClientSettings settings_;
    const AddressPolicy policy_;
    run::DeadlineClass& call_deadlines_;
    run::DeadlineClass& connect_deadlines_;
    run::DeadlineClass& idle_deadlines_;
    bool stopped_ = false;
    std::list<Exchange*> under_way_;
    std::map<std::string, std::list<Idle>> idle_;
};

}  // namespace belay::client
