// A server with one route of each kind, on threads of its own, for tests over real sockets.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/run/shards.hpp"
#include "core/world/clock.hpp"
#include "http/server/listener.hpp"
#include "http/server/server.hpp"
#include "http/server/tls.hpp"

namespace belay::test {

/// Knows the token "good" (all but admin) and "reader" (only things:read).
class KnownTokens final : public http::Gatekeeper {
  public:
    KnownTokens();
    const auth::Principal* authenticate(std::string_view authorization) override;

  private:
    auth::Principal good_;
    auth::Principal reader_;
    auth::Principal answer_;  ///< overwritten by each call, as the real one's is
};

class NotedLog final : public http::AccessLog {
  public:
    void served(const http::AccessEntry& entry) noexcept override;
    std::string text() const;

  private:
    mutable std::mutex mutex_;
    std::string text_;
};

/// The handlers; see routes() for what each does.
class Handlers {
  public:
    static std::span<const http::Route> routes();

    // GET /ok: "ok".
    void ok(http::Exchange& exchange);
    // POST /echo: the body of the request; 64 KiB at most, application/json.
    void echo(http::Exchange& exchange);
    // GET /things/{id}/parts/{part}: "id part subject", for scope things:read.
    void thing(http::Exchange& exchange);
    // GET /later/{name}: held until release(name) or release_all(), or answered by a /now request.
    void later(http::Exchange& exchange);
    // GET /large/{bytes}: so many bytes at once.
    void large(http::Exchange& exchange);
    // GET /throws.
    void throws(http::Exchange& exchange);
    // GET /admin, scope admin.
    // POST /count (streaming): reads the body in pieces of ?bytes, answers "<bytes> <digest>".
    run::task<> count(http::StreamExchange& exchange);
    // POST /ignore (streaming): answers without reading the body.
    run::task<> ignore(http::StreamExchange& exchange);
    // GET /flow/{bytes} (streaming): chunked; GET /flow-length/{bytes}: with its length.
    run::task<> flow(http::StreamExchange& exchange);
    run::task<> flow_length(http::StreamExchange& exchange);
    // GET /breaks (streaming): half of what it says.
    run::task<> breaks(http::StreamExchange& exchange);

    /// Waits until so many requests are held.
    void wait_for_held(std::size_t count);
    /// Answers the held request of that name on its shard; false if there is none.
    bool release(const std::string& name);

    std::atomic<int> executed{0};  ///< requests that reached echo
    std::atomic<int> uploads_lost{0};

  private:
    struct Held {
        std::string name;
        http::Exchange* exchange;
    };

    run::task<> send_pattern(http::StreamExchange& exchange, std::uint64_t bytes);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Held> held_;
};

struct TestServerOptions {
    http::ServerSettings settings = {};
    unsigned shards = 1;
    const world::Clock* clock = nullptr;  ///< null: the system's
    http::TlsContext* tls = nullptr;
};

class TestServer {
  public:
    explicit TestServer(TestServerOptions options = {});
    ~TestServer();

    std::uint16_t port() const noexcept { return port_; }
    Handlers& handlers() noexcept { return handlers_; }
    const http::ServerMetrics& metrics(std::size_t shard = 0) const {
        return servers_[shard]->metrics();
    }
    const NotedLog& log() const noexcept { return log_; }

    /// Makes every shard look at the clock.
    void wake();
    /// What happens at a stop, in two steps; once.
    void stop_accepting();
    void drain();
    /// Waits until no connection is open.
    void wait_until_closed();

  private:
    TestServerOptions options_;
    world::SystemClock system_clock_;
    Handlers handlers_;
    NotedLog log_;
    http::PlainProblems plain_;
    std::vector<std::unique_ptr<KnownTokens>> tokens_;
    std::vector<std::unique_ptr<world::SystemEntropy>> entropies_;
    std::unique_ptr<http::Router> router_;
    run::Shards shards_;
    std::vector<std::unique_ptr<http::Server>> servers_;
    std::uint16_t port_ = 0;
    bool accepting_ = true;
    bool drained_ = false;
};

/// A certificate for localhost and its key, made anew, as PEM.
struct TestCertificate {
    std::string certificate;
    std::string key;
};
TestCertificate make_certificate();

explained<void> load(http::TlsContext& context, const TestCertificate& certificate);

}  // namespace belay::test
