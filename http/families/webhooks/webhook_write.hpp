// What all writes of the webhooks family share: the keys and the words of errors, which are the
// transfers' (one space of keys for an organization).
#pragma once

#include <string_view>

#include "core/outbox/endpoint.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/common/keyed_write.hpp"
#include "http/families/webhooks/errors.hpp"
#include "http/families/webhooks/settings.hpp"
#include "http/server/exchange.hpp"

namespace belay::webhook_api {

/// Event destinations are endpoints too, but not this family's.
inline bool is_webhook_of(const outbox::Endpoint& endpoint, const job::TenantId& tenant) noexcept {
    return endpoint.tenant == tenant && endpoint.style == outbox::Style::belay;
}

/// A write on behalf of a buffered request: lives as the exchange's state.
class WebhookWrite : public http::KeyedWrite {
  public:
    /// `key` is one that transfer_api::read_key has taken.
    void set_request_key(std::string_view key);

  protected:
    explicit WebhookWrite(http::Exchange& exchange)
        : http::KeyedWrite(exchange.scratch()), exchange_(exchange) {}

    http::Exchange& exchange() noexcept { return exchange_; }
    const job::TenantId& tenant() const noexcept { return exchange_.principal()->tenant; }
    http::ShardContext& shard() noexcept { return exchange_.shard_context<http::ShardContext>(); }

    /// Appends the body of an error; returns its status.
    static int refuse(const ErrorKind& kind, std::string& body);
    static int refuse(const Refusal& refusal, std::string& body);

    bool is_kept(int status) const noexcept final;
    int render_key_reused(std::string& body) const final;
    int render_unexpected(std::string& body) const final;
    int render_unavailable(store::Status status, std::string& body) const final;
    void answer(int status, http::ResponseFields fields) noexcept final;

  private:
    http::Exchange& exchange_;
};

}  // namespace belay::webhook_api
