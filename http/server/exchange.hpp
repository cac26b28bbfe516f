// One request and its answer, as a handler sees them.
//
// A handler of a buffered route is called when the whole request is there. It answers with
// respond() or fail(), at once or later on the same shard: until then it may keep the reference,
// and everything that the request gives out stays valid and in place. Exactly one answer is given,
// also when the client has gone; nothing of the exchange may be touched after it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/principal.hpp"
#include "core/base/check.hpp"
#include "core/run/shard.hpp"
#include "http/server/problem.hpp"
#include "http/server/request_id.hpp"
#include "http/server/router.hpp"
#include "http/wire/request_head.hpp"
#include "http/wire/response.hpp"

namespace belay::http {

struct Services;

class Exchange;

/// Who waits for the answer: the connection.
class AnswerWaiter {
  public:
    /// The head of the answer is going to be written: the last moment to decide on keep-alive.
    virtual void answering(Exchange& exchange) noexcept = 0;
    virtual void answered(Exchange& exchange) noexcept = 0;

  protected:
    ~AnswerWaiter() = default;
};

/// Made by the server only; pooled, so that a request allocates nothing once its memory is warm.
class Exchange {
  public:
    static constexpr std::size_t state_bytes = 4096;

    explicit Exchange(Services& services) noexcept : services_(services) {}
    ~Exchange() { clear_state(); }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    // The request. Views are valid until the answer.

    const wire::RequestHead& head() const noexcept { return head_; }
    wire::Method method() const noexcept { return head_.method(); }
    std::string_view path() const noexcept { return head_.path(); }
    std::string_view query() const noexcept { return head_.query(); }
    std::optional<std::string_view> field(wire::FieldName name) const noexcept {
        return head_.value(name);
    }
    /// The value of the first field of this name, whatever its case, for names that FieldName does
    /// not know.
    std::optional<std::string_view> field(std::string_view name) const noexcept;

    /// The whole body, chunks already joined; of a streaming route empty.
    std::string_view body() const noexcept { return body_; }

    /// The parameter of this name in the route's pattern, percent-decoded. It is in the pattern.
    std::string_view parameter(std::string_view name) const noexcept;

    const Route& route() const noexcept { return *match_.route; }

    /// Who calls; null only on a route for anyone.
    const auth::Principal* principal() const noexcept {
        return authenticated_ ? &principal_ : nullptr;
    }

    std::string_view request_id() const noexcept { return request_id_.text(); }

    /// Whether the caller wants no events of what this request does; only the process itself can
    /// (loopback.hpp).
    bool suppresses_events() const noexcept { return suppresses_events_; }

    /// Whether nothing is to be done but to claim the request's key, or to answer what is
    /// remembered under it; only the process itself can ask so.
    bool claims_key_only() const noexcept { return claims_key_only_; }

    // The shard.

    run::Shard& shard() noexcept;

    /// What the builder of the server gave as this shard's context (services.hpp).
    template <class Context>
    Context& shard_context() noexcept {
        return *static_cast<Context*>(raw_shard_context());
    }

    // What the handler may keep here.

    /// A text to build the body in, empty at first; its memory is reused.
    std::string& scratch() noexcept { return scratch_; }

    /// Makes the state of the operation inside the exchange; destroyed after the answer. One only.
    template <class State, class... Args>
    State& emplace_state(Args&&... args) {
        static_assert(sizeof(State) <= state_bytes && alignof(State) <= alignof(std::max_align_t));
        check(destroy_state_ == nullptr, "an exchange has one state");
        State* state = new (state_.data()) State(std::forward<Args>(args)...);
        destroy_state_ = [](void* made) { std::destroy_at(static_cast<State*>(made)); };
        return *state;
    }

    // The answer.

    /// `content` may be empty; then `content_type` is not looked at. Everything is copied. Date,
    /// X-Request-ID, the framing and the security fields are added.
    void respond(int status, std::string_view content_type, std::string_view content,
                 ResponseFields fields = {});

    /// Answers in the error style of the family. An empty detail: sentence_of(trouble).
    void fail(Trouble trouble, std::string_view detail = {}, ResponseFields fields = {});

    bool is_answered() const noexcept { return status_ != 0; }

  private:
    friend class Connection;
    friend class ExchangePool;
    friend class Loopback;
    friend class StreamExchange;

    void* raw_shard_context() noexcept;
    /// Begins an answer in `to` with the fields that every answer has.
    wire::ResponseWriter begin_answer(std::string& to, int status, ResponseFields fields);
    void answer(int status, std::string_view content_type, std::string_view content,
                ResponseFields fields, ResponseFields more);
    void finish(int status) noexcept;
    void clear_state() noexcept;
    void reset() noexcept;

    Services& services_;
    AnswerWaiter* waiter_ = nullptr;
    wire::RequestHead head_;
    std::string_view body_;
    RouteMatch match_;
    std::string path_scratch_;  ///< decoded segments
    auth::Principal principal_;
    RequestId request_id_;
    RateStanding rate_;
    bool authenticated_ = false;
    bool head_complete_ = false;  ///< else the answer is to bytes that are no request
    bool keep_alive_ = true;      ///< what the answer says
    bool suppresses_events_ = false;
    bool claims_key_only_ = false;
    std::string* content_ = nullptr;  ///< no connection: the content goes here
    ResponseFields content_fields_;   ///< likewise; valid while the waiter is told
    int status_ = 0;                  ///< of the answer; 0: none yet
    world::MonotonicTime began_{};
    std::string scratch_;
    std::string answer_;
    void (*destroy_state_)(void*) = nullptr;
    alignas(std::max_align_t) std::array<std::byte, state_bytes> state_;
};

/// Exchanges of one shard, kept for reuse.
class ExchangePool {
  public:
    std::unique_ptr<Exchange> take(Services& services);
    void give(std::unique_ptr<Exchange> exchange);

  private:
    static constexpr std::size_t kept_max = 512;

    std::vector<std::unique_ptr<Exchange>> kept_;
};

}  // namespace belay::http
