#include "http/program/settings_table.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/base/check.hpp"
#include "core/base/units.hpp"

namespace belay::program {
namespace {

constexpr std::uint64_t second = 1000;  // milliseconds, as every duration here
constexpr std::uint64_t minute = 60 * second;
constexpr std::uint64_t hour = 60 * minute;
constexpr std::uint64_t day = 24 * hour;
constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;
constexpr std::uint64_t tib = 1024 * gib;

constexpr SettingForm duration(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::duration, .least = least, .most = most};
}
constexpr SettingForm size(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::size, .least = least, .most = most};
}
constexpr SettingForm power_of_two(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::size, .least = least, .most = most, .power_of_two = true};
}
constexpr SettingForm integer(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::integer, .least = least, .most = most};
}
constexpr SettingForm choice(std::string_view words) {
    return {.kind = SettingKind::choice, .words = words};
}
constexpr SettingForm text{.kind = SettingKind::text};
constexpr SettingForm url{.kind = SettingKind::url};
constexpr SettingForm address{.kind = SettingKind::address};
constexpr SettingForm path{.kind = SettingKind::path};
constexpr SettingForm needed_path{.kind = SettingKind::path, .may_be_empty = false};

template <auto Section, auto Field>
void assign(Settings& settings, SettingValue value) {
    auto& field = settings.*Section.*Field;
    using Type = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_enum_v<Type> ||
                  (std::is_integral_v<Type> && !std::is_same_v<Type, bool>)) {
        field = static_cast<Type>(std::get<std::uint64_t>(value));
    } else {
        field = std::get<Type>(std::move(value));
    }
}

template <class Owner, class Type>
Type field_type(Type Owner::*);

template <auto Section, auto Field>
consteval Setting entry(std::string_view section, std::string_view key, SettingForm form,
                        std::string_view default_text, std::string_view help) {
    using Type = decltype(field_type(Field));
    if constexpr (std::is_integral_v<Type>) {
        if (form.most > std::numeric_limits<Type>::max()) {
            throw "the largest value does not fit the field";  // does not compile
        }
    }
    return {section, key, form, default_text, help, assign<Section, Field>};
}

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
consteval Setting log(Rest... rest) {
    return entry<&Settings::log, Field>("log", rest...);
}

using H = HttpSettings;
using A = AuthSettings;
using S = StoreSettings;
using E = ExportsSettings;
using L = LogSettings;

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
