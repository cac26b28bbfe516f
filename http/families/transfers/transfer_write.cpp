#include "http/families/transfers/transfer_write.hpp"

#include <array>

namespace belay::transfer_api {
namespace {

constexpr http::ResponseField retry_field{"Retry-After", "1"};
/// What run() returns when there is no answer yet; below every status, and never kept.
constexpr int no_status = 0;
constexpr int first_server_error = 500;

}  // namespace

TransferWrite::TransferWrite(const Settings& settings, const Parts& parts, http::Exchange& exchange)
    : http::KeyedWrite(exchange.scratch()),
      settings_(settings),
      parts_(parts),
      exchange_(exchange) {}

void TransferWrite::set_request_key(std::string_view key) {
    const std::array<std::string_view, 1> scope{as_text(exchange_.principal()->tenant.bytes())};
    SpareText name("transfers:");
    http::append_key_name(scope, key, *name);
    use_key(std::move(name), http::fingerprint(shard().digest, exchange_.head(), exchange_.body()),
            key_lifetime);
    if (exchange_.claims_key_only()) {
        claim_key_only();
    }
}

int TransferWrite::refuse(const ErrorKind& kind, std::string& body) {
    render_error(kind, {}, {}, body);
    return kind.status;
}

int TransferWrite::refuse(const Refusal& refusal, std::string& body) {
    render_error(*refusal.kind, refusal.message, refusal.details, body);
    return refusal.kind->status;
}

int TransferWrite::busy(std::string& body) {
    is_busy_ = true;
    return refuse(errors::busy, body);
}

int TransferWrite::wait_for_ledger(const job::Uuid& transfer) {
    next_ = Next::wait;
    awaited_ = transfer;
    return no_status;
}

int TransferWrite::again() {
    next_ = Next::again;
    return no_status;
}

int TransferWrite::later() {
    next_ = Next::proceed;
    return no_status;
}

void TransferWrite::give_up(const ErrorKind& kind) noexcept {
    std::string& body = exchange_.scratch();
    body.clear();
    render_error(kind, {}, {}, body);
    exchange_.respond(kind.status, "application/json", body,
                      kind.status >= first_server_error ? http::ResponseFields(&retry_field, 1)
                                                        : http::ResponseFields());
}

int TransferWrite::perform(const store::View& view, store::Draft& draft, std::string& body) {
    next_ = Next::answer;
    is_busy_ = false;
    return run(view, draft, body);
}

bool TransferWrite::is_kept(int status) const noexcept {
    return status != no_status && status != 401 && status != 403 && status != 429 &&
           status < first_server_error && !is_busy_;
}

int TransferWrite::render_key_reused(std::string& body) const {
    Refusal refusal{&errors::key_reused};
    refusal.details.add(Place::headers, "X-Idempotency", "was used for another request");
    return refuse(refusal, body);
}

int TransferWrite::render_unexpected(std::string& body) const {
    return refuse(errors::unexpected, body);
}

int TransferWrite::render_unavailable(store::Status status, std::string& body) const {
    return refuse(
        status == store::Status::exhausted ? errors::unavailable : errors::outcome_unknown, body);
}

/// The last act of KeyedWrite::done(): the exchange, and with it this, may be gone after it.
void TransferWrite::answer(int status, http::ResponseFields fields) noexcept {
    if (status != no_status) {
        const bool may_retry = is_busy_ || status == errors::upstream.status;
        exchange_.respond(status, "application/json", exchange_.scratch(),
                          may_retry ? http::ResponseFields(&retry_field, 1) : fields);
        return;
    }
    switch (next_) {
        case Next::wait:
            parts_.desk->wait(exchange_.shard(), *this, awaited_);
            return;
        case Next::again:
            rename();
            shard().lane.submit(*this);
            return;
        case Next::proceed:
            proceed();
            return;
        case Next::answer:
            break;
    }
    give_up(errors::unexpected);
}

void TransferWrite::resolved(const http::Resolution& resolution) noexcept {
    resolution_ = resolution;
    shard().lane.submit(*this);
}

/// The intent is in the log and will be resolved; whoever asks again under the key finds out.
void TransferWrite::took_too_long() noexcept {
    give_up(errors::upstream);
}

}  // namespace belay::transfer_api
