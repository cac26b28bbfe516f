#include "tests/http/test_server.hpp"

#include <charconv>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "http/server/stream_exchange.hpp"
#include "http/wire/query.hpp"

namespace belay::test {

using http::Exchange;
using http::StreamExchange;

namespace {

using wire::Method;

constexpr std::string_view text_type = "text/plain";
constexpr std::string_view upload_types[] = {"application/octet-stream"};

std::uint64_t number_of(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

http::Route route(Method method, std::string_view pattern, http::BufferedHandler handle) {
    http::Route made{.method = method, .pattern = pattern};
    made.handle = handle;
    made.access = http::Access::anyone;
    return made;
}

http::Route stream_route(Method method, std::string_view pattern, http::StreamingHandler handle) {
    http::Route made{.method = method, .pattern = pattern};
    made.stream = handle;
    made.access = http::Access::anyone;
    made.body_bytes_max = 256 * 1024 * 1024;
    return made;
}

std::vector<http::Route> make_routes() {
    using http::buffered;
    using http::streaming;
    std::vector<http::Route> routes{
        route(Method::get, "/ok", buffered<&Handlers::ok>),
        route(Method::post, "/echo", buffered<&Handlers::echo>),
        route(Method::get, "/things/{id}/parts/{part}", buffered<&Handlers::thing>),
        route(Method::get, "/admin", buffered<&Handlers::ok>),
        route(Method::get, "/later/{name}", buffered<&Handlers::later>),
        route(Method::get, "/large/{bytes}", buffered<&Handlers::large>),
        route(Method::get, "/throws", buffered<&Handlers::throws>),
        stream_route(Method::post, "/count", streaming<&Handlers::count>),
        stream_route(Method::put, "/count", streaming<&Handlers::count>),
        stream_route(Method::post, "/ignore", streaming<&Handlers::ignore>),
        stream_route(Method::get, "/flow/{bytes}", streaming<&Handlers::flow>),
        stream_route(Method::get, "/flow-length/{bytes}", streaming<&Handlers::flow_length>),
        stream_route(Method::get, "/breaks", streaming<&Handlers::breaks>),
    };
    routes[1].body_bytes_max = 64 * 1024;
    routes[1].content = http::ContentRule::json;
    routes[2].access = routes[3].access = http::Access::authenticated;
    routes[2].scope = "things:read";
    routes[3].scope = "admin";
    routes[8].length_required = true;
    routes[8].content = http::ContentRule::typed;
    routes[8].content_types = upload_types;
    return routes;
}

char pattern_at(std::uint64_t place) {
    return static_cast<char>('a' + place % 23);
}

}  // namespace

KnownTokens::KnownTokens() {
    good_.subject = "good-subject-long-enough-to-need-memory-of-its-own";
    reader_.subject = "reader";
    reader_.scopes = auth::Scopes::listed({"things:read"});
}

const auth::Principal* KnownTokens::authenticate(std::string_view authorization) {
    if (authorization == "Bearer good") {
        answer_ = good_;
        return &answer_;
    }
    if (authorization == "Bearer reader") {
        answer_ = reader_;
        return &answer_;
    }
    answer_ = {};
    return nullptr;
}

void NotedLog::served(const http::AccessEntry& entry) noexcept {
    const std::scoped_lock lock(mutex_);
    text_.append(entry.method).append(" ").append(entry.path).append(" ");
    text_.append(std::to_string(entry.status)).append("\n");
}

std::string NotedLog::text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
}

std::span<const http::Route> Handlers::routes() {
    static const std::vector<http::Route> all = make_routes();
    return all;
}

void Handlers::ok(Exchange& exchange) {
    exchange.respond(200, text_type, "ok");
}

void Handlers::echo(Exchange& exchange) {
    ++executed;
    exchange.respond(200, "application/json", exchange.body());
}

void Handlers::thing(Exchange& exchange) {
    std::string& text = exchange.scratch();
    text.append(exchange.parameter("id")).append(" ").append(exchange.parameter("part"));
    text.append(" ").append(exchange.principal()->subject);
    const http::ResponseField fields[] = {{"X-Part", exchange.parameter("part")}};
    exchange.respond(200, text_type, text, fields);
}

void Handlers::later(Exchange& exchange) {
    const std::scoped_lock lock(mutex_);
    held_.push_back({std::string(exchange.parameter("name")), &exchange});
    changed_.notify_all();
}

void Handlers::wait_for_held(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_.size() >= count; });
}

bool Handlers::release(const std::string& name) {
    const std::scoped_lock lock(mutex_);
    for (auto held = held_.begin(); held != held_.end(); ++held) {
        if (held->name == name) {
            Exchange* exchange = held->exchange;
            held_.erase(held);
            exchange->shard().post([exchange] {
                // The views must have stayed valid for all this time.
                exchange->respond(200, text_type, exchange->parameter("name"));
            });
            return true;
        }
    }
    return false;
}

void Handlers::large(Exchange& exchange) {
    std::string& text = exchange.scratch();
    const std::uint64_t bytes = number_of(exchange.parameter("bytes"));
    for (std::uint64_t place = 0; place < bytes; ++place) {
        text.push_back(pattern_at(place));
    }
    exchange.respond(200, text_type, text);
}

void Handlers::throws(Exchange&) {
    throw std::runtime_error("on purpose");
}

run::task<> Handlers::count(StreamExchange& exchange) {
    const result<wire::Query> query = wire::Query::parse(exchange.exchange().query());
    const std::uint64_t wanted = number_of(query->value("bytes").value_or("8192"));
    std::string piece(wanted, '\0');
    std::uint64_t total = 0;
    std::uint64_t digest = 0;
    while (true) {
        const http::BodyPiece got = co_await exchange.read_body(piece);
        if (got.state == http::BodyState::data) {
            for (const char byte : std::string_view(piece).substr(0, got.bytes)) {
                digest = digest * 31 + static_cast<unsigned char>(byte);
            }
            total += got.bytes;
            continue;
        }
        if (got.state == http::BodyState::lost) {
            ++uploads_lost;
            exchange.exchange().fail(http::Trouble::bad_request);
        } else if (got.state != http::BodyState::end) {
            exchange.exchange().fail(exchange.trouble());
        } else {
            const std::string text = std::to_string(total) + " " + std::to_string(digest);
            exchange.exchange().respond(200, text_type, text);
        }
        co_return;
    }
}

run::task<> Handlers::ignore(StreamExchange& exchange) {
    exchange.exchange().respond(409, text_type, "not now");
    co_return;
}

run::task<> Handlers::send_pattern(StreamExchange& exchange, std::uint64_t bytes) {
    std::string piece;
    std::uint64_t place = 0;
    while (place < bytes) {
        piece.clear();
        while (piece.size() < 10'000 && place < bytes) {
            piece.push_back(pattern_at(place++));
        }
        const bool taken = co_await exchange.write(piece);
        if (!taken) {
            co_return;
        }
    }
    co_await exchange.finish();
}

run::task<> Handlers::flow(StreamExchange& exchange) {
    const std::uint64_t bytes = number_of(exchange.exchange().parameter("bytes"));
    if (exchange.begin(200, text_type, std::nullopt)) {
        co_await send_pattern(exchange, bytes);
    }
}

run::task<> Handlers::flow_length(StreamExchange& exchange) {
    const std::uint64_t bytes = number_of(exchange.exchange().parameter("bytes"));
    if (exchange.begin(200, text_type, bytes)) {
        co_await send_pattern(exchange, bytes);
    }
}

run::task<> Handlers::breaks(StreamExchange& exchange) {
    if (exchange.begin(200, text_type, 100'000)) {
        const std::string half(50'000, 'x');
        co_await exchange.write(half);
    }
}

TestServer::TestServer(TestServerOptions options)
    : options_(std::move(options)),
      shards_(options_.shards, options_.clock != nullptr ? *options_.clock : system_clock_) {
    static constexpr std::string_view prefixes[] = {"/"};
    const http::RouteFamily families[] = {{prefixes, Handlers::routes(), &handlers_, nullptr}};
    router_ = std::make_unique<http::Router>(families);
    for (std::size_t index = 0; index < shards_.size(); ++index) {
        tokens_.push_back(std::make_unique<KnownTokens>());
        entropies_.push_back(std::make_unique<world::SystemEntropy>());
        http::ServerParts parts{.shard = shards_[index],
                                .settings = options_.settings,
                                .router = *router_,
                                .gatekeeper = *tokens_.back(),
                                .entropy = *entropies_.back()};
        parts.access_log = &log_;
        parts.tls = options_.tls;
        parts.shard_count = shards_.size();
        servers_.push_back(std::make_unique<http::Server>(parts));
    }
    shards_.start();
    const auto endpoint = http::parse_endpoint("127.0.0.1:0").value();
    auto listeners = http::Listeners::open(endpoint, shards_.size());
    check(listeners.has_value(), "loopback has a free port");
    port_ = listeners->port();
    shards_.on_each([&](run::Shard& shard) {
        servers_[shard.index()]->listen(listeners->take(shard.index()));
    });
}

TestServer::~TestServer() {
    drain();
    shards_.stop();
}

void TestServer::wake() {
    for (std::size_t index = 0; index < shards_.size(); ++index) {
        shards_[index].wake();
    }
}

void TestServer::stop_accepting() {
    if (std::exchange(accepting_, false)) {
        shards_.on_each([&](run::Shard& shard) { servers_[shard.index()]->stop_accepting(); });
    }
}

void TestServer::drain() {
    stop_accepting();
    if (!std::exchange(drained_, true)) {
        shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
            servers_[shard.index()]->drain(std::move(done));
        });
    }
}

void TestServer::wait_until_closed() {
    for (const auto& server : servers_) {
        while (server->metrics().connections_open.value() > 0) {
            std::this_thread::yield();
        }
    }
}

}  // namespace belay::test
