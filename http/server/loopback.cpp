#include "http/server/loopback.hpp"

#include <charconv>
#include <exception>
#include <new>
#include <utility>
#include <vector>

#include "core/run/event.hpp"
#include "http/server/gatekeeper.hpp"
#include "http/server/services.hpp"
#include "http/wire/request_head_parser.hpp"

namespace belay::http {
namespace {

/// Calls that are kept for reuse, so that one allocates nothing once its memory is warm.
constexpr std::size_t kept_max = 512;

constexpr std::string_view replayed_field = "X-Idempotency-Replayed";
constexpr std::string_view retry_field = "Retry-After";

/// Never asked: whoever makes the request names the caller.
class NoGatekeeper final : public Gatekeeper {
  public:
    const auth::Principal* authenticate(std::string_view) override { return nullptr; }
};

}  // namespace

/// One request and its exchange. Owns the bytes that the exchange views.
class Loopback::Call final : private AnswerWaiter {
  public:
    explicit Call(http::Services& services)
        : services_(services), exchange_(services), answered_(services.parts.shard) {}

    void begin(const Request& request);

    run::Event& answered() noexcept { return answered_; }

    Answer take_answer() {
        Answer answer = std::exchange(answer_, {});
        answer.content = std::move(content_);
        exchange_.reset();
        answered_.reset();
        return answer;
    }

  private:
    void answering(Exchange&) noexcept override {}
    void answered(Exchange&) noexcept override;

    void write(const Request& request);
    std::optional<Trouble> obstacle(const Request& request) const;
    void handle();

    http::Services& services_;
    Exchange exchange_;
    run::Event answered_;
    std::string text_;
    std::string content_;
    Answer answer_;  ///< without its content
};

/// Views of the handler's fields: valid within this call.
void Loopback::Call::answered(Exchange&) noexcept {
    answer_.status = exchange_.status_;
    for (const ResponseField& field : exchange_.content_fields_) {
        if (field.name == replayed_field) {
            answer_.is_replay = field.value == "true";
        } else if (field.name == claimed_key_field.name) {
            answer_.is_claim = true;
        } else if (field.name == retry_field) {
            // Written by our own handlers: whole seconds.
            unsigned seconds = 0;
            std::from_chars(field.value.data(), field.value.data() + field.value.size(), seconds);
            answer_.retry_after = std::chrono::seconds(seconds);
        }
    }
    answered_.set();
}

struct Loopback::Members {
    explicit Members(const Parts& parts)
        : services({.shard = parts.shard,
                    .settings = parts.settings,
                    .router = parts.router,
                    .gatekeeper = gatekeeper,
                    .entropy = parts.entropy,
                    .shard_context = parts.shard_context},
                   pool) {}

    std::unique_ptr<Call> take() {
        if (kept.empty()) {
            return std::make_unique<Call>(services);
        }
        std::unique_ptr<Call> call = std::move(kept.back());
        kept.pop_back();
        return call;
    }

    void give(std::unique_ptr<Call> call) {
        if (kept.size() < kept_max) {
            kept.push_back(std::move(call));
        }
    }

    NoGatekeeper gatekeeper;
    ExchangePool pool;
    http::Services services;
    std::vector<std::unique_ptr<Call>> kept;
};

void Loopback::Call::write(const Request& request) {
    text_.assign(request.method).append(" ").append(request.path);
    text_.append(" HTTP/1.1\r\nHost: belay\r\n");
    for (const ResponseField& field : request.fields) {
        text_.append(field.name).append(": ").append(field.value).append("\r\n");
    }
    if (!request.body.empty()) {
        text_.append("Content-Type: application/json\r\nContent-Length: ");
        text_.append(std::to_string(request.body.size())).append("\r\n");
    }
    text_.append("\r\n").append(request.body);
}

void Loopback::Call::begin(const Request& request) {
    write(request);
    exchange_.waiter_ = this;
    exchange_.content_ = &content_;
    exchange_.began_ = services_.parts.shard.now();
    exchange_.request_id_.set(std::nullopt, services_.parts.shard.clock(), services_.parts.entropy);
    exchange_.suppresses_events_ = request.suppresses_events;
    exchange_.claims_key_only_ = request.claims_key_only;
    wire::RequestHeadParser parser(services_.parts.settings.head);
    if (parser.parse(text_, exchange_.head_) != wire::HeadProgress::complete) {
        exchange_.fail(trouble_of(wire::status_of(parser.error())));
        return;
    }
    exchange_.head_complete_ = true;
    exchange_.match_ =
        services_.parts.router.match(exchange_.method(), exchange_.path(), exchange_.path_scratch_);
    exchange_.principal_ = request.principal;
    exchange_.authenticated_ = true;
    exchange_.body_ = std::string_view(text_).substr(exchange_.head_.size());
    if (const std::optional<Trouble> trouble = obstacle(request)) {
        exchange_.fail(*trouble);
        return;
    }
    handle();
}

/// As Connection::admit.
std::optional<Trouble> Loopback::Call::obstacle(const Request& request) const {
    const RouteMatch& match = exchange_.match_;
    switch (match.outcome) {
        case RouteOutcome::malformed:
            return Trouble::bad_request;
        case RouteOutcome::no_path:
            return Trouble::not_found;
        case RouteOutcome::no_method:
            return Trouble::method_not_allowed;
        case RouteOutcome::found:
            break;
    }
    const Route& route = *match.route;
    if (route.stream != nullptr) {
        return Trouble::not_implemented;
    }
    if (!route.scope.empty() && !request.principal.scopes.has(route.scope)) {
        return Trouble::forbidden;
    }
    if (request.body.size() > route.body_bytes_max) {
        return Trouble::content_too_large;
    }
    return std::nullopt;
}

void Loopback::Call::handle() {
    const RouteMatch& match = exchange_.match_;
    std::optional<Trouble> thrown;
    try {
        match.route->handle(match.target, exchange_);
    } catch (const std::bad_alloc&) {
        thrown = Trouble::unavailable;
    } catch (const std::exception&) {
        thrown = Trouble::internal;
    }
    if (thrown && !exchange_.is_answered()) {
        exchange_.fail(*thrown);
    }
}

Loopback::Loopback(const Parts& parts) : members_(std::make_unique<Members>(parts)) {}

Loopback::~Loopback() = default;

run::task<Loopback::Answer> Loopback::send(const Request& request) {
    std::unique_ptr<Call> call = members_->take();
    call->begin(request);
    co_await call->answered().wait();
    Answer answer = call->take_answer();
    members_->give(std::move(call));
    co_return answer;
}

}  // namespace belay::http
