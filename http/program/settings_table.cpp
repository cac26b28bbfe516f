#include "http/program/settings_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.hpp"
#include "http/program/setting_entry.hpp"

namespace belay::program {
namespace {

template <auto Field, class... Rest>
consteval Setting http(Rest... rest) {
    return entry<&Settings::http, Field>("http", rest...);
}
template <auto Field, class... Rest>
consteval Setting auth(Rest... rest) {
    return entry<&Settings::auth, Field>("auth", rest...);
}
template <auto Field, class... Rest>
consteval Setting store(Rest... rest) {
    return entry<&Settings::store, Field>("store", rest...);
}
template <auto Field, class... Rest>
consteval Setting exports(Rest... rest) {
    return entry<&Settings::exports, Field>("exports", rest...);
}
template <auto Field, class... Rest>
consteval Setting batches(Rest... rest) {
    return entry<&Settings::batches, Field>("batches", rest...);
}
template <auto Field, class... Rest>
consteval Setting transfers(Rest... rest) {
    return entry<&Settings::transfers, Field>("transfers", rest...);
}
template <auto Field, class... Rest>
consteval Setting rail(Rest... rest) {
    return entry<&Settings::rail, Field>("rail", rest...);
}
template <auto Field, class... Rest>
consteval Setting ledger(Rest... rest) {
    return entry<&Settings::ledger, Field>("ledger", rest...);
}
template <auto Field, class... Rest>
consteval Setting webhooks(Rest... rest) {
    return entry<&Settings::webhooks, Field>("webhooks", rest...);
}
template <auto Field, class... Rest>
consteval Setting limits(Rest... rest) {
    return entry<&Settings::limits, Field>("limits", rest...);
}
template <auto Field, class... Rest>
consteval Setting log(Rest... rest) {
    return entry<&Settings::log, Field>("log", rest...);
}

using H = HttpSettings;
using A = AuthSettings;
using S = StoreSettings;
using E = ExportsSettings;
using B = BatchesSettings;
using T = TransfersSettings;
using R = RailSettings;
using M = LedgerSettings;
using W = WebhooksSettings;
using N = LimitsSettings;
using L = LogSettings;

constexpr SettingForm amount = typed<belay::ledger::Money>;
constexpr SettingForm count = integer(0, 1'000'000'000);
constexpr SettingForm rate = typed<Rate>;
// What the reference allows each caller (exports.md 1.9, transfers.md 2.6).
constexpr std::string_view usual_rate = "100 per 60s";
// What it allows for each endpoint of its API v2 (batches.md 7).
constexpr std::string_view v2_rate = "25 per 1s";
// The list of batches.md 2.1.
constexpr std::string_view upstream_endpoints =
    "/v1/accounts/:account,/v1/coupons,/v1/credit_notes,/v1/customers/:customer,"
    "/v1/invoices/:invoice,/v1/invoices/:invoice/pay,/v1/promotion_codes,"
    "/v1/promotion_codes/:promotion_code,/v1/subscriptions/:subscription_exposed_id,"
    "delete /v1/subscriptions/:subscription_exposed_id,/v1/subscriptions/:subscription/migrate,"
    "/v1/subscription_schedules,/v1/subscription_schedules/:schedule,"
    "/v1/subscription_schedules/:schedule/cancel";

// clang-format off: a table.
constexpr auto table = std::to_array<Setting>({
    http<&H::listen>("listen", address, "127.0.0.1:8080",
        "Where to listen; port 0 takes a free one."),
    http<&H::public_url>("public_url", url, "",
        "What absolute URLs in answers begin with; empty: made from listen."),
    http<&H::tls_cert>("tls_cert", path, "",
        "Certificate chain, PEM; with tls_key it turns TLS on."),
    http<&H::tls_key>("tls_key", path, "",
        "Private key of the certificate, PEM."),
    http<&H::threads>("threads", integer(0, 256), "0",
        "Serving threads; 0: one for each core."),
    http<&H::header_timeout>("header_timeout", duration(10, 10 * minute), "10s",
        "How long all of a request's header may take, and a TLS handshake."),
    http<&H::body_timeout>("body_timeout", duration(10, 10 * minute), "30s",
        "A request body must bring 256 bytes a second on average over each such time."),
    http<&H::write_timeout>("write_timeout", duration(10, 10 * minute), "30s",
        "How long a peer may leave its answer unread."),
    http<&H::idle_timeout>("idle_timeout", duration(10, day), "75s",
        "How long a connection may wait for its next request."),
    http<&H::max_connections>("max_connections", integer(1, 1'000'000), "10000",
        "Open connections; more wait to be accepted."),
    http<&H::commit_timeout>("commit_timeout", duration(10, 10 * minute), "5s",
        "How long a request may wait for the disk before it is answered 503."),
    http<&H::drain_timeout>("drain_timeout", duration(0, hour), "8s",
        "How long a graceful stop may take to finish what runs."),
    http<&H::max_request_line>("max_request_line", size(256, mib), "8KiB",
        "Longest request line; over it: 414."),
    http<&H::max_header>("max_header", size(kib, mib), "32KiB",
        "Largest header section; over it: 431."),
    http<&H::max_header_fields>("max_header_fields", integer(8, 100), "100",
        "Most header fields of a request; over it: 431."),
    http<&H::max_json_body>("max_json_body", size(kib, 64 * mib), "1MiB",
        "Largest JSON body; over it: 413."),
    http<&H::max_upload>("max_upload", size(kib, 16 * tib), "16GiB",
        "Largest upload; over it: 413."),

    auth<&A::jwt_secret_file>("jwt_secret_file", path, "",
        "Shared secret of HS256, HS384 and HS512 tokens; empty: jwt.secret in the data directory, made at first start."),
    auth<&A::jwks_file>("jwks_file", path, "",
        "JSON Web Key Set with the public keys that tokens may be signed with; read again when it changes."),
    auth<&A::issuer>("issuer", text, "",
        "The iss claim that a token must have; empty: any."),
    auth<&A::audience>("audience", text, "",
        "The aud claim that a token must have; empty: any."),
    auth<&A::leeway>("leeway", duration(0, minute), "60s",
        "How far clocks may differ when exp and nbf are judged."),

    store<&S::data>("data", needed_path, "./belay-data",
        "The data directory; made if absent."),
    store<&S::ring_bytes>("ring_bytes", power_of_two(2 * mib, 4 * gib), "64MiB",
        "Memory between all threads and the log thread, a power of two; made larger if they are more than it serves."),
    store<&S::segment_bytes>("segment_bytes", size(mib, 4 * gib), "64MiB",
        "Size of one file of the log."),
    store<&S::snapshot_interval>("snapshot_interval", duration(second, day), "10m",
        "Time from one snapshot to the next; each shortens recovery and frees segments."),
    store<&S::max_memory>("max_memory", size(16 * mib, 16 * tib), "1GiB",
        "Memory for jobs and idempotency keys; when it is full, creates are answered 503."),

    exports<&E::workers>("workers", integer(0, 1024), "2",
        "Threads that run export jobs, at most 251 together with http.threads; 0: jobs wait, none runs."),
    exports<&E::rows_per_second>("rows_per_second", integer(0, 1'000'000'000), "0",
        "How fast each running export may go; 0: no limit."),
    exports<&E::error_style>("error_style", choice("seed|mtch"), "seed",
        "Shape of error bodies: code, title and message as the reference documents them, or with MTCH codes."),
    exports<&E::lease>("lease", duration(100, day), "30s",
        "How long a worker owns a job without a sign of life."),
    exports<&E::max_attempts>("max_attempts", integer(1, 100), "4",
        "Attempts before a job that keeps failing is FAILED."),
    exports<&E::retry_delay>("retry_delay", duration(1, day), "1s",
        "Wait before the second attempt; doubled for each one after it."),
    exports<&E::max_retry_delay>("max_retry_delay", duration(1, day), "5m",
        "Longest wait between two attempts."),
    exports<&E::retention>("retention", duration(second, 3650 * day), "30d",
        "How long an ended job is kept after its end."),
    exports<&E::url_lifetime>("url_lifetime", duration(second, 7 * day), "1h",
        "How long a download URL is good for."),

    batches<&B::upstream>("upstream", url, "",
        "A server that rows of batches are sent to, if their path is one of endpoints; empty: rows are belay's own operations alone."),
    batches<&B::upstream_encoding>("upstream_encoding", choice("form|json"), "form",
        "How the params of a row are sent to it."),
    batches<&B::upstream_key_file>("upstream_key_file", path, "",
        "The key that is sent to it as bearer token; read again when it changes; empty: none is sent."),
    batches<&B::upstream_ca_file>("upstream_ca_file", path, "",
        "Authorities that may vouch for it beside the system's, PEM."),
    batches<&B::endpoints>("endpoints", list_of_texts, upstream_endpoints,
        "The paths that it takes, for POST, or with the method before them, as \"delete /v1/coupons/:coupon\"."),
    batches<&B::row_timeout>("row_timeout", duration(10, hour), "30s",
        "How long it may take for the answer to a row."),
    batches<&B::rows_per_second>("rows_per_second", integer(0, 1'000'000'000), "0",
        "How fast each running batch may go, of versions without maximum_rps; 0: no limit."),
    batches<&B::max_in_flight>("max_in_flight", integer(1, 4096), "64",
        "Rows under way at a time, of all running batches; each may have one."),
    batches<&B::max_running>("max_running", integer(1, 256), "16",
        "Batches that run at a time; the others wait."),
    batches<&B::upload_window>("upload_window", duration(100, 7 * day), "5m",
        "How long after its creation the upload of a batch may begin."),
    batches<&B::max_upload>("max_upload", size(kib, tib), "5GiB",
        "Largest input file; over it: 413."),
    batches<&B::run_time>("run_time", duration(second, 30 * day), "24h",
        "How long a batch may run; then it ends as timeout."),
    batches<&B::lease>("lease", duration(100, day), "30s",
        "How long a process owns a running batch without a sign of life."),
    batches<&B::progress_interval>("progress_interval", duration(10, minute), "200ms",
        "How often what rows have come to is made durable."),
    batches<&B::url_lifetime>("url_lifetime", duration(second, 7 * day), "70m",
        "How long a download URL is good for."),
    batches<&B::results_kept>("results_kept", duration(second, 3650 * day), "7d",
        "How long the results of an ended batch are kept after its end."),
    batches<&B::retention>("retention", duration(second, 3650 * day), "30d",
        "How long an ended batch is kept after its end."),

    transfers<&T::ledger>("ledger", typed<std::optional<job::Uuid>>, "",
        "The ledger that transfers draw on, a UUID; empty: an organization's default ledger, made at first use."),
    transfers<&T::ispb>("ispb", typed<BankCode>, "",
        "The institution's own ISPB, eight digits: a transfer to it is P2P; empty: none is."),
    transfers<&T::operating_hours>("operating_hours", typed<std::optional<belay::transfers::OperatingHours>>, "",
        "When TED transfers may be initiated, Monday to Friday except holidays, as \"06:30-17:00\"; empty: always."),
    transfers<&T::timezone>("timezone", typed<belay::transfers::Zone>, "America/Sao_Paulo",
        "The zone of operating hours, holidays, limits and timestamps: America/Sao_Paulo, UTC or an offset as \"-03:00\"."),
    transfers<&T::holidays>("holidays", list_of<Day>, "",
        "Days on which operating hours do not open, as \"2026-12-25\"."),
    transfers<&T::daily_limit>("daily_limit", amount, "0.00",
        "Most that a tenant may send in a day; 0.00: no limit."),
    transfers<&T::monthly_limit>("monthly_limit", amount, "0.00",
        "Most that a tenant may send in a month; 0.00: no limit."),
    transfers<&T::daily_count>("daily_count", count, "0",
        "Most transfers that a tenant may send in a day; 0: no limit."),
    transfers<&T::monthly_count>("monthly_count", count, "0",
        "Most transfers that a tenant may send in a month; 0: no limit."),
    transfers<&T::account_daily_limit>("account_daily_limit", amount, "0.00",
        "Most that may be sent from one account in a day; 0.00: no limit."),
    transfers<&T::account_monthly_limit>("account_monthly_limit", amount, "0.00",
        "Most that may be sent from one account in a month; 0.00: no limit."),
    transfers<&T::account_daily_count>("account_daily_count", count, "0",
        "Most transfers from one account in a day; 0: no limit."),
    transfers<&T::account_monthly_count>("account_monthly_count", count, "0",
        "Most transfers from one account in a month; 0: no limit."),
    transfers<&T::fee>("fee", amount, "0.00",
        "What a transfer costs: the sender of TED_OUT and P2P, the recipient of TED_IN."),
    transfers<&T::duplicate_window>("duplicate_window", duration(0, day), "300s",
        "How long after an initiation an equal one is refused; 0s: never."),
    transfers<&T::initiation_window>("initiation_window", duration(second, 30 * day), "24h",
        "How long an initiation may be confirmed."),
    transfers<&T::unlicensed>("unlicensed", list_of<job::Uuid>, "",
        "Organizations, UUIDs, that may not transfer: they are answered 403."),

    rail<&R::submit_delay>("submit_delay", duration(0, day), "2s",
        "Simulated rail: how long a transfer is CREATED before it is sent."),
    rail<&R::accept_delay>("accept_delay", duration(0, day), "3s",
        "Simulated rail: how long it is PENDING before it is accepted or rejected."),
    rail<&R::settle_delay>("settle_delay", duration(0, day), "5s",
        "Simulated rail: how long it is PROCESSING before it is settled or fails."),
    rail<&R::slow_delay>("slow_delay", duration(0, day), "1m",
        "Simulated rail: each of the latter two delays of a transfer whose outcome is slow."),
    rail<&R::outcome>("outcome", choice("completed|rejected|failed"), "completed",
        "Simulated rail: what becomes of transfers."),
    rail<&R::outcomes>("outcomes", list_of<AmountOutcome>, "",
        "Simulated rail: what becomes of transfers of an amount, as \"13.13=rejected\": completed, rejected, failed or slow."),

    ledger<&M::midaz_url>("midaz_url", url, "",
        "A Midaz that keeps the accounts; it needs transfers.ledger; empty: the embedded ledger does."),
    ledger<&M::midaz_token_file>("midaz_token_file", path, "",
        "The bearer token for Midaz; read again when it changes; empty: none is sent."),
    ledger<&M::midaz_ca_file>("midaz_ca_file", path, "",
        "Authorities that may vouch for Midaz beside the system's, PEM."),
    ledger<&M::midaz_timeout>("midaz_timeout", duration(10, 10 * minute), "3s",
        "How long one call to Midaz may take."),
    ledger<&M::midaz_breaker_pause>("midaz_breaker_pause", duration(10, hour), "30s",
        "How long Midaz is left alone after three calls in a row that it did not answer."),
    ledger<&M::midaz_settlement_alias>("midaz_settlement_alias", needed_text, "@external/BRL",
        "Midaz's account that amounts of TED transfers go to and come from."),
    ledger<&M::midaz_fee_alias>("midaz_fee_alias", needed_text, "@external/BRL/fees",
        "Midaz's account that fees go to."),

    webhooks<&W::allow_private>("allow_private", truth, "false",
        "Also deliver to private, loopback and link-local addresses, and by plain http."),
    webhooks<&W::timeout>("timeout", duration(100, 5 * minute), "15s",
        "How long one delivery may take."),
    webhooks<&W::schedule>("schedule", needed_list_of<Milliseconds>, "0s,5s,5m,30m,2h,5h,10h,14h,20h,24h",
        "The waits before each attempt, 1 to 32; after the last the event is a dead letter."),
    webhooks<&W::max_in_flight>("max_in_flight", integer(1, 256), "8",
        "Deliveries under way to one endpoint; those of one job go one after the other."),
    webhooks<&W::ca_file>("ca_file", path, "",
        "Authorities that may vouch for receivers beside the system's, PEM."),

    limits<&N::enabled>("enabled", truth, "false",
        "Whether the rates below are enforced: of each subject of each tenant, \"N per DURATION\", empty: no limit."),
    limits<&N::contexts_create>("contexts_create", rate, usual_rate,
        "POST /v1/contexts."),
    limits<&N::contexts_read>("contexts_read", rate, usual_rate,
        "GET /v1/contexts, of one and of all."),
    limits<&N::contexts_upload>("contexts_upload", rate, usual_rate,
        "PUT of a context's transactions."),
    limits<&N::exports_create>("exports_create", rate, "10 per 60s",
        "POST of an export job."),
    limits<&N::exports_list>("exports_list", rate, usual_rate,
        "GET of lists of export jobs."),
    limits<&N::exports_get>("exports_get", rate, usual_rate,
        "GET of an export job."),
    limits<&N::exports_cancel>("exports_cancel", rate, usual_rate,
        "POST of an export job's cancel."),
    limits<&N::exports_download>("exports_download", rate, usual_rate,
        "GET of an export job's download."),
    limits<&N::transfers_initiate>("transfers_initiate", rate, usual_rate,
        "POST /v1/transfers/initiate."),
    limits<&N::transfers_process>("transfers_process", rate, usual_rate,
        "POST /v1/transfers/process."),
    limits<&N::transfers_list>("transfers_list", rate, usual_rate,
        "GET /v1/transfers."),
    limits<&N::transfers_get>("transfers_get", rate, usual_rate,
        "GET of a transfer."),
    limits<&N::transfers_cancel>("transfers_cancel", rate, usual_rate,
        "POST of a transfer's cancel."),
    limits<&N::transfers_poll>("transfers_poll", rate, usual_rate,
        "POST /v1/transfers/ted-in/poll."),
    limits<&N::webhooks_read>("webhooks_read", rate, usual_rate,
        "GET of webhooks, their deliveries and dead letters."),
    limits<&N::webhooks_write>("webhooks_write", rate, usual_rate,
        "Every other call about webhooks and dead letters."),
    limits<&N::batches_create>("batches_create", rate, v2_rate,
        "POST /v2/core/batch_jobs."),
    limits<&N::batches_get>("batches_get", rate, v2_rate,
        "GET of a batch job."),
    limits<&N::batches_cancel>("batches_cancel", rate, v2_rate,
        "POST of a batch job's cancel."),
    limits<&N::events_read>("events_read", rate, v2_rate,
        "GET /v2/core/events, of one and of all."),
    limits<&N::destinations_read>("destinations_read", rate, v2_rate,
        "GET /v2/core/event_destinations, of one and of all."),
    limits<&N::destinations_write>("destinations_write", rate, v2_rate,
        "Every other call about event destinations."),

    log<&L::level>("level", choice("debug|info|warning|error"), "info",
        "The least level that is written."),
    log<&L::format>("format", choice("auto|json|text"), "auto",
        "JSON lines or readable text; auto: text on a terminal, JSON elsewhere."),
});
// clang-format on

}  // namespace

std::span<const Setting> all_settings() {
    return table;
}

std::string setting_name(const Setting& setting) {
    return std::string(setting.section) + "." + std::string(setting.key);
}

std::string environment_name(const Setting& setting) {
    std::string name = "BELAY_" + std::string(setting.section) + "__" + std::string(setting.key);
    std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return name;
}

const Setting* find_setting(std::string_view name) {
    const auto found = std::ranges::find(table, name, setting_name);
    return found == table.end() ? nullptr : &*found;
}

std::string settings_help() {
    std::string help;
    std::string_view section;
    for (const Setting& setting : table) {
        if (setting.section != section) {
            section = setting.section;
            help += "\n[" + std::string(section) + "]\n";
        }
        help += "  " + std::string(setting.key) + " = " +
                toml_text(setting.form, setting.default_text) + "\n      " +
                std::string(setting.help) + "\n";
    }
    return help;
}

Settings default_settings() {
    Settings settings;
    for (const Setting& setting : table) {
        explained<SettingValue> value = read_setting(setting.form, setting.default_text);
        check(value.has_value(), "every default is a value of its setting");
        setting.assign(settings, *std::move(value));
    }
    return settings;
}

}  // namespace belay::program
