// What all writes of the transfer family share: the rules of its keys, the words of its errors, and
// the wait for another ledger.
//
// Under a key everything is kept but 401, 403, 429 and what is no decision (5xx, and a 409 that
// says to come again): a refusal is a record of the log like a success (contracts README 2).
#pragma once

#include <cstdint>
#include <string_view>

#include "http/drive/midaz/intent_desk.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/common/keyed_write.hpp"
#include "http/families/transfers/errors.hpp"
#include "http/families/transfers/settings.hpp"
#include "http/server/exchange.hpp"

namespace belay::transfer_api {

/// A write on behalf of a buffered request: lives as the exchange's state.
class TransferWrite : public http::KeyedWrite, private http::IntentWait {
  public:
    /// Scope: the organization (contracts README 2). `key` is one that read_key has taken.
    void set_request_key(std::string_view key);

  protected:
    /// Both outlive it.
    TransferWrite(const Settings& settings, const Parts& parts, http::Exchange& exchange);

    http::Exchange& exchange() noexcept { return exchange_; }
    const Settings& settings() const noexcept { return settings_; }
    const Parts& parts() const noexcept { return parts_; }
    http::ShardContext& shard() noexcept { return exchange_.shard_context<http::ShardContext>(); }

    /// Appends the body of an error; returns its status.
    static int refuse(const ErrorKind& kind, std::string& body);
    static int refuse(const Refusal& refusal, std::string& body);

    /// As KeyedWrite::perform().
    virtual int run(const store::View& view, store::Draft& draft, std::string& body) = 0;

    // What run() returns instead of a status that is an answer.

    /// Come again soon: not kept.
    int busy(std::string& body);
    /// Nothing is answered yet: when this transition is durable, wait for the other ledger to do
    /// what was logged about the transfer, then run() again.
    int wait_for_ledger(const job::Uuid& transfer);
    /// Nothing is answered yet: decide again, after rename().
    int again();
    /// Nothing is answered yet: proceed() goes on.
    int later();

    /// What the wait ended with, for the run() after it.
    const std::optional<http::Resolution>& resolution() const noexcept { return resolution_; }

    /// The records that the operation names are other ones: set_subjects anew.
    virtual void rename() {}
    virtual void proceed() {}

    /// Answers without the store; not kept.
    void give_up(const ErrorKind& kind) noexcept;

    int perform(const store::View& view, store::Draft& draft, std::string& body) final;
    bool is_kept(int status) const noexcept final;
    bool claims_key() const noexcept final { return next_ == Next::wait; }
    int render_key_reused(std::string& body) const final;
    int render_unexpected(std::string& body) const final;
    int render_unavailable(store::Status status, std::string& body) const final;
    void answer(int status, http::ResponseFields fields) noexcept final;

  private:
    enum class Next : std::uint8_t { answer, wait, again, proceed };

    // http::IntentWait
    void resolved(const http::Resolution& resolution) noexcept final;
    void took_too_long() noexcept final;

    const Settings& settings_;
    const Parts& parts_;
    http::Exchange& exchange_;
    Next next_ = Next::answer;
    bool is_busy_ = false;
    job::Uuid awaited_;
    std::optional<http::Resolution> resolution_;
};

}  // namespace belay::transfer_api
