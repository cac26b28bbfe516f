// The whole configuration as values. Defaults, texts and bounds are the table's
// (http/program/settings_table.hpp); reading is http/program/settings_load.hpp's.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"

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
    LogSettings log;
};

}  // namespace belay::program
