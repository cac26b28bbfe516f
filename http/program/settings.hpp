// The whole configuration as values. Defaults, texts and bounds are the table's
// (http/program/settings_table.hpp); reading is http/program/settings_load.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "core/transfers/hours.hpp"

namespace belay::program {

/// "127.0.0.1:8080" or "[::1]:8080". The host is a name or an address without brackets.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct HttpSettings {
    ListenAddress listen;
    std::string public_url;     ///< no slash at its end; empty: made from `listen`
    std::string tls_cert;       ///< path; empty, as tls_key: no TLS
    std::string tls_key;        ///< path
    std::uint32_t threads = 0;  ///< 0: one for each core
    Milliseconds header_timeout{};
    Milliseconds body_timeout{};
    Milliseconds write_timeout{};
    Milliseconds idle_timeout{};
    std::uint32_t max_connections = 0;
    Milliseconds commit_timeout{};
    Milliseconds drain_timeout{};
    std::uint64_t max_request_line = 0;  ///< bytes
    std::uint64_t max_header = 0;        ///< bytes
    std::uint32_t max_header_fields = 0;
    std::uint64_t max_json_body = 0;  ///< bytes
    std::uint64_t max_upload = 0;     ///< bytes
};

struct AuthSettings {
    std::string jwt_secret_file;  ///< empty: jwt.secret in the data directory
    std::string jwks_file;        ///< empty: none
    std::string issuer;           ///< empty: any
    std::string audience;         ///< empty: any
    Milliseconds leeway{};
};

struct StoreSettings {
    std::string data;
    std::uint64_t ring_bytes = 0;
    std::uint64_t segment_bytes = 0;
    Milliseconds snapshot_interval{};
    std::uint64_t max_memory = 0;  ///< bytes
};

/// In the order of the words of `exports.error_style`.
enum class ErrorStyle : std::uint8_t { seed, mtch };

struct ExportsSettings {
    std::uint32_t workers = 0;          ///< 0: jobs wait, none runs
    std::uint64_t rows_per_second = 0;  ///< 0: no limit
    ErrorStyle error_style = ErrorStyle::seed;
    Milliseconds lease{};
    std::uint32_t max_attempts = 0;
    Milliseconds retry_delay{};
    Milliseconds max_retry_delay{};
    Milliseconds retention{};
    Milliseconds url_lifetime{};
};

/// In the order of the words of `batches.upstream_encoding`.
enum class UpstreamEncoding : std::uint8_t { form, json };

struct BatchesSettings {
    std::string upstream;  ///< empty: rows are belay's own operations alone
    UpstreamEncoding upstream_encoding = UpstreamEncoding::form;
    std::string upstream_key_file;       ///< path; empty: no Authorization field
    std::string upstream_ca_file;        ///< path; empty: the system's authorities alone
    std::vector<std::string> endpoints;  ///< of the upstream
    Milliseconds row_timeout{};          ///< of one send to the upstream
    std::uint64_t rows_per_second = 0;   ///< 0: no limit
    std::uint32_t max_in_flight = 0;     ///< rows of all jobs
    std::uint32_t max_running = 0;       ///< jobs
    Milliseconds upload_window{};
    std::uint64_t max_upload = 0;  ///< bytes
    Milliseconds run_time{};
    Milliseconds lease{};
    Milliseconds progress_interval{};
    Milliseconds url_lifetime{};
    Milliseconds results_kept{};
    Milliseconds retention{};
};

/// An ISPB, eight digits, or empty.
struct BankCode {
    std::string text;

    friend bool operator==(const BankCode&, const BankCode&) = default;
};

/// Amounts are of BRL, in centavos. An amount or a count of zero is no limit.
struct TransfersSettings {
    std::optional<job::Uuid> ledger;  ///< unset: an organization's own
    BankCode ispb;                    ///< empty: no transfer stays within the institution
    std::optional<transfers::OperatingHours> operating_hours;  ///< unset: always open
    transfers::Zone timezone;
    std::vector<Day> holidays;
    ledger::Money daily_limit;
    ledger::Money monthly_limit;
    std::uint32_t daily_count = 0;
    std::uint32_t monthly_count = 0;
    ledger::Money account_daily_limit;
    ledger::Money account_monthly_limit;
    std::uint32_t account_daily_count = 0;
    std::uint32_t account_monthly_count = 0;
    ledger::Money fee;
    Milliseconds duplicate_window{};  ///< zero: no guard
    Milliseconds initiation_window{};
    std::vector<job::Uuid> unlicensed;  ///< organizations that may not transfer
};

/// The first three in the order of the words of `rail.outcome`.
enum class RailOutcome : std::uint8_t { completed, rejected, failed, slow };

/// What becomes of a transfer of exactly this amount.
struct AmountOutcome {
    ledger::Money amount;
    RailOutcome outcome = RailOutcome::completed;

    friend bool operator==(const AmountOutcome&, const AmountOutcome&) = default;
};

/// The simulated rail.
struct RailSettings {
    Milliseconds submit_delay{};
    Milliseconds accept_delay{};
    Milliseconds settle_delay{};
    Milliseconds slow_delay{};
    RailOutcome outcome = RailOutcome::completed;
    std::vector<AmountOutcome> outcomes;  ///< no amount twice
};

struct LedgerSettings {
    std::string midaz_url;         ///< empty: the embedded ledger
    std::string midaz_token_file;  ///< path; empty: no Authorization field
    std::string midaz_ca_file;     ///< path; empty: the system's authorities alone
    Milliseconds midaz_timeout{};
    Milliseconds midaz_breaker_pause{};
    std::string midaz_settlement_alias;
    std::string midaz_fee_alias;
};

struct WebhooksSettings {
    bool allow_private = false;
    Milliseconds timeout{};
    std::vector<Milliseconds> schedule;  ///< the waits before each attempt
    std::uint32_t max_in_flight = 0;     ///< to one endpoint
    std::string ca_file;                 ///< path; empty: the system's authorities alone
};

/// So many requests in any such time on average, and so many at once. A count of zero: no limit.
struct Rate {
    std::uint32_t count = 0;
    Milliseconds window{};

    friend bool operator==(const Rate&, const Rate&) = default;
};

/// One rate for each limited operation, for each subject of each tenant.
struct LimitsSettings {
    bool enabled = false;
    Rate contexts_create;
    Rate contexts_read;
    Rate contexts_upload;
    Rate exports_create;
    Rate exports_list;
    Rate exports_get;
    Rate exports_cancel;
    Rate exports_download;
    Rate transfers_initiate;
    Rate transfers_process;
    Rate transfers_list;
    Rate transfers_get;
    Rate transfers_cancel;
    Rate transfers_poll;
    Rate webhooks_read;
    Rate webhooks_write;
    Rate batches_create;
    Rate batches_get;
    Rate batches_cancel;
    Rate events_read;
    Rate destinations_read;
    Rate destinations_write;
};

/// In the order of the words of `log.level`.
enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// In the order of the words of `log.format`. `automatic`: text on a terminal, JSON elsewhere.
enum class LogFormat : std::uint8_t { automatic, json, text };

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::automatic;
};

struct Settings {
    HttpSettings http;
    AuthSettings auth;
    StoreSettings store;
    ExportsSettings exports;
    BatchesSettings batches;
    TransfersSettings transfers;
    RailSettings rail;
    LedgerSettings ledger;
    WebhooksSettings webhooks;
    LimitsSettings limits;
    LogSettings log;
};

}  // namespace belay::program
