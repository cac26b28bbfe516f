// What all writes of the export family share: the rules of its keys and the words of its errors.
#pragma once

#include <optional>
#include <string_view>

#include "http/drive/export_event.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/common/keyed_write.hpp"
#include "http/families/export_jobs/parse.hpp"
#include "http/families/export_jobs/settings.hpp"

namespace belay::export_jobs {

/// The key of a request, or why it is refused.
struct KeyOrRefusal {
    std::string_view key;
    std::optional<Refusal> refusal;
};

KeyOrRefusal read_key(const wire::RequestHead& head);

/// Of what the request asks of the caller's job; none if the request suppresses events.
http::ExportEvent event_of(http::Exchange& exchange, const job::Uuid& id, exports::Ask ask);

/// Appends the body of an error; returns its status.
int render_refusal(ErrorStyle style, const Refusal& refusal, std::string& body);

class ExportWrite : public http::KeyedWrite {
  protected:
    ExportWrite(const Settings& settings, std::string& body) noexcept
        : http::KeyedWrite(body), settings_(settings) {}

    /// `key` may be empty. Scope: tenant, subject, method, path (contracts README 2). False if it
    /// is longer than a name may be.
    bool set_request_key(const auth::Principal& principal, const wire::RequestHead& head,
                         std::string_view key, const job::Fingerprint& request);

    const Settings& settings() const noexcept { return settings_; }

    int refuse(const ErrorKind& kind, std::string& body) const;

    bool is_kept(int status) const noexcept final { return status < 400; }
    int render_key_reused(std::string& body) const final;
    int render_unexpected(std::string& body) const final;
    int render_unavailable(store::Status status, std::string& body) const final;

  private:
    const Settings& settings_;
};

/// A write on behalf of a buffered request: lives as the exchange's state.
class ExchangeWrite : public ExportWrite {
  protected:
    ExchangeWrite(const Settings& settings, http::Exchange& exchange) noexcept
        : ExportWrite(settings, exchange.scratch()), exchange_(exchange) {
        if (exchange.claims_key_only()) {
            claim_key_only();
        }
    }

    http::Exchange& exchange() noexcept { return exchange_; }

    void answer(int status, http::ResponseFields fields) noexcept final;

  private:
    http::Exchange& exchange_;
};

}  // namespace belay::export_jobs
