// The command line as values. Only its words are known here; main.cpp acts on them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "http/program/settings_load.hpp"

namespace belay::program {

/// What the process ends with. Scripts may rely on these numbers.
enum class ExitCode : int {
    success = 0,
    failure = 1,      ///< the command was understood and failed; `verify`: the data is not sound
    usage = 2,        ///< wrong command line or configuration; nothing was done
    log_failed = 3,   ///< a write of the log failed; recovery at the next start decides what holds
    forced_stop = 4,  ///< a second signal, or the drain deadline: stopped as by a kill
};

/// belay serve
struct ServeCommand {
    std::optional<std::string> config_file;
    std::vector<SettingFlag> flags;
    bool debug_echo = false;
};

/// belay token: prints a JWT.
struct TokenCommand {
    job::TenantId tenant;
    std::string subject;
    std::vector<std::string> scopes;  ///< empty: the token has no scope claim
    Milliseconds expires{};
    std::string secret_file;
    std::string issuer;    ///< empty: no claim
    std::string audience;  ///< empty: no claim
};

/// belay keys create: prints an API key, once.
struct KeysCreateCommand {
    std::string data;
    job::TenantId tenant;
    bool live = false;
    bool restricted = false;
    std::vector<std::string> scopes;  ///< empty: all but admin
};

/// belay keys list
struct KeysListCommand {
    std::string data;
    std::optional<job::TenantId> tenant;
};

/// belay keys revoke
struct KeysRevokeCommand {
    std::string data;
    std::string key_id;  ///< as `keys list` prints it; not the key
};

/// belay log dump
struct LogDumpCommand {
    std::string data;
};

/// belay verify
struct VerifyCommand {
    std::string data;
};

/// belay bench: cancels export jobs of a server on this machine, and measures.
struct BenchCommand {
    std::uint16_t port = 0;
    std::string token_file;  ///< of a tenant that may read and write exports
    std::size_t jobs = 10'000;
    std::size_t connections = 64;
    double rate = 0;  ///< cancels a second; 0: as many as the server answers
    bool json = false;
};

/// belay version
struct VersionCommand {};

/// Nothing to do but to print `text`: help that was asked for (success, for standard output) or
/// what is wrong with the command line (usage, for standard error).
struct PrintAndExit {
    std::string text;
    ExitCode code = ExitCode::success;
};

using Command =
    std::variant<PrintAndExit, ServeCommand, TokenCommand, KeysCreateCommand, KeysListCommand,
                 KeysRevokeCommand, LogDumpCommand, VerifyCommand, BenchCommand, VersionCommand>;

/// Reads the arguments after the program's name.
Command parse_command_line(std::span<const std::string> arguments);

/// The scopes that a credential may be given (contracts README 6).
std::span<const std::string> known_scopes();

}  // namespace belay::program
