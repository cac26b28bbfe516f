// What all writes of the ledger family share: the rules of its keys and the words of its errors.
//
// Idempotency as Midaz 3.8.0 has it (transfers.md 3.4): X-Idempotency, only where a transaction is
// made, in the scope of the ledger; the payload is not compared, a repeat is answered with what was
// answered first; a refusal leaves the key free. Unlike there, a body without a key makes none
// (contracts README 2), and a request whose key is under way waits for it: 0084 does not occur.
#pragma once

#include <optional>
#include <string_view>

#include "http/families/common/idempotency_key.hpp"
#include "http/families/common/keyed_write.hpp"
#include "http/families/ledger/errors.hpp"
#include "http/server/exchange.hpp"

namespace belay::ledger_api {

struct RequestKey {
    std::optional<Refusal> refusal = {};
    /// Empty if the request has none.
    std::string_view key = {};
    Milliseconds kept{};
};

/// X-Idempotency, 1 to 255 visible characters, and X-TTL in seconds: 300 if it is absent or, as
/// with Midaz, no number above zero; at most ttl_max.
RequestKey read_key(const wire::RequestHead& head);

inline constexpr Milliseconds ttl_default = std::chrono::seconds(300);
inline constexpr Milliseconds ttl_max = std::chrono::hours(24 * 30);

/// A write on behalf of a buffered request: lives as the exchange's state.
class LedgerWrite : public http::KeyedWrite {
  public:
    void set_request_key(const job::TenantId& organization, const job::Uuid& ledger,
                         const RequestKey& key);

  protected:
    explicit LedgerWrite(http::Exchange& exchange) noexcept
        : http::KeyedWrite(exchange.scratch()), exchange_(exchange) {}

    /// Appends the body of an error; returns its status.
    static int refuse(const ErrorKind& kind, std::string& body);

    bool is_kept(int status) const noexcept final { return status < 400; }
    int render_key_reused(std::string& body) const final;
    int render_unexpected(std::string& body) const final;
    int render_unavailable(store::Status status, std::string& body) const final;
    void answer(int status, http::ResponseFields fields) noexcept final;

  private:
    http::Exchange& exchange_;
};

}  // namespace belay::ledger_api
