// Rows that another server does: sent over HTTP(S), on connections that are kept open.
//
//   url        the operator's, then the job's path with its places filled from the row
//   params     of a POST in the body, as form fields (params.hpp) or as JSON; of a DELETE in the
//              query, as form fields, since a body of DELETE means nothing (RFC 9110 9.3.5)
//   fields     Idempotency-Key: the row's key; Authorization: Bearer with the operator's key;
//              Stripe-Version: the row's stripe_version; for the row's context Stripe-Account if it
//              is the id of an account ("acct_..."), else Stripe-Context
//
// The row's answer is the upstream's, status and body, the body's blanks between tokens taken out.
// Where there is no body that can stand in a line of JSON, the status stays, and the response is
//
//   no body                         null
//   not JSON                        an error with code response_not_json
//   longer than answer_bytes_max    an error with code response_too_large
//   a redirect                      an error with code redirect_not_followed
//
// What is tried again, and what is not, is upstream_retry.hpp's. Whoever may call is checked by the
// upstream alone; where it is the operator says, so its address may be a private one.
#pragma once

#include <mutex>
#include <string>

#include "core/world/entropy.hpp"
#include "http/client/client.hpp"
#include "http/drive/batches/row_target.hpp"
#include "http/drive/batches/upstream_retry.hpp"

namespace belay::batch_drive {

enum class UpstreamEncoding : std::uint8_t { form, json };

struct UpstreamSettings {
    /// "https://api.example.com" or "http://10.0.0.7:8080/prefix": no slash at its end, no query.
    std::string url;
    UpstreamEncoding encoding = UpstreamEncoding::form;
    /// Of one send, from its begin to the last byte of the answer.
    Milliseconds timeout = std::chrono::seconds(80);
    Milliseconds connect_timeout = std::chrono::seconds(5);
    std::size_t answer_bytes_max = 64 * 1024;
    /// Rows under way at once, each on a connection of its own, which is kept for the next.
    std::size_t in_flight_max = 64;
    RetryRules retry;
};

/// What is wrong with the URL of a server; empty if nothing.
std::string_view fault_of_upstream_url(std::string_view url);

/// For the client that the target is given.
client::ClientSettings client_settings(const UpstreamSettings& settings);

class UpstreamTarget final : public RowTarget {
  public:
    /// Both outlive it. The client lives on the shard that runs batches.
    UpstreamTarget(client::Client& client, world::Entropy& entropy, UpstreamSettings settings);

    /// From the next row on: "Bearer <key>", or no Authorization field if it is empty. Visible
    /// ASCII. Thread-safe.
    void set_key(std::string_view key);

    run::task<RowAnswer> send(const RowsOf& rows, const batches::Row& row, std::string_view key,
                              RowTries& tries) override;

    /// Nothing can be asked without doing it: outcome_unknown().
    run::task<std::optional<RowAnswer>> settle(const RowsOf& rows, const batches::Row& row,
                                               std::string_view key) override;

    /// A day, as long as a server that keeps keys keeps them at least.
    Milliseconds keys_kept(const RowsOf& rows) const noexcept override;

  private:
    std::string authorization();

    client::Client& client_;
    world::Entropy& entropy_;
    const UpstreamSettings settings_;
    std::mutex mutex_;
    std::string authorization_;  ///< under mutex_
};

}  // namespace belay::batch_drive
