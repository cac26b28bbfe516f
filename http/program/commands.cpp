#include "http/program/commands.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>

#include <CLI/CLI.hpp>

#include "core/base/units.hpp"
#include "http/program/nearest.hpp"
#include "http/program/settings_table.hpp"

namespace belay::program {
namespace {

/// Flags of `serve` that stand for a setting.
struct NamedFlag {
    std::string_view flag;
    std::string_view setting;
    std::string_view value_name;
};

constexpr std::array named_flags{
    NamedFlag{"--data", "store.data", "DIR"},
    NamedFlag{"--listen", "http.listen", "HOST:PORT"},
    NamedFlag{"--threads", "http.threads", "N"},
    NamedFlag{"--jwt-secret-file", "auth.jwt_secret_file", "FILE"},
    NamedFlag{"--tls-cert", "http.tls_cert", "FILE"},
    NamedFlag{"--tls-key", "http.tls_key", "FILE"},
};

constexpr std::string_view serve_epilogue =
    "Every setting may also stand in the configuration file (TOML) or in the environment as\n"
    "BELAY_SECTION__KEY. A flag wins over the environment, the environment over the file, the\n"
    "file over the default. Durations are written as \"250ms\", \"5s\", \"10m\", \"24h\", \"7d\",\n"
    "sizes as \"512B\", \"64KiB\", \"64MiB\", \"1GiB\".\n"
    "\nSettings with their defaults:\n";

CLI::App* verb(CLI::App& parent, const std::string& name, const std::string& description) {
    return parent.add_subcommand(name, description);
}

/// Adds --tenant; `store` gets the id.
CLI::Option* add_tenant(CLI::App& app, const std::string& help,
                        std::function<void(job::TenantId)> store) {
    return app
        .add_option_function<std::string>(
            "--tenant",
            [store = std::move(store)](const std::string& text) {
                const result<job::Uuid> id = job::parse_uuid(text);
                if (!id || id->is_nil()) {
                    throw CLI::ValidationError(
                        "--tenant", "\"" + text + "\": expected a UUID that is not all zeros");
                }
                store(*id);
            },
            help)
        ->type_name("UUID");
}

std::string check_scope(const std::string& text) {
    if (std::ranges::find(known_scopes(), text) != known_scopes().end()) {
        return {};
    }
    return "unknown scope \"" + text + "\"; did you mean " +
           std::string(nearest(text, known_scopes())) + "?";
}

/// Adds what `keys create` and `token` share: --scope, repeated or divided by spaces or commas.
void add_scopes(CLI::App& app, std::vector<std::string>& scopes, const std::string& help) {
    app.add_option("--scope", help)
        ->type_name("SCOPE")
        ->each([&scopes](const std::string& text) {
            std::size_t begin = 0;
            while (begin <= text.size()) {
                const std::size_t end = std::min(text.find_first_of(" ,", begin), text.size());
                const std::string scope = text.substr(begin, end - begin);
                begin = end + 1;
                if (scope.empty()) {
                    continue;
                }
                const std::string wrong = check_scope(scope);
                if (!wrong.empty()) {
                    throw CLI::ValidationError(wrong);
                }
                if (std::ranges::find(scopes, scope) == scopes.end()) {
                    scopes.push_back(scope);
                }
            }
        })
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_data(CLI::App& app, std::string& data) {
    app.add_option("--data", data, "The data directory")->type_name("DIR")->required();
}

/// The tree of verbs. What was parsed lands in the members; `chosen` makes the command of the verb
/// that was given.
class Parser {
  public:
    Parser() {
        app_.name("belay");
        app_.require_subcommand(1);
        add_serve();
        add_token();
        add_keys();
        add_directories();
        add_bench();
        choose(verb(app_, "version", "Print the version"), version_);
    }

    Command parse(std::span<const std::string> arguments) {
        if (arguments.empty()) {
            return PrintAndExit{app_.help(), ExitCode::usage};
        }
        // CLI11 takes them last first.
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        try {
            app_.parse(std::move(reversed));
        } catch (const CLI::CallForHelp&) {
            return PrintAndExit{help_of_chosen(), ExitCode::success};
        } catch (const CLI::ParseError& error) {
            return PrintAndExit{wrong(error, arguments), ExitCode::usage};
        }
        return chosen_();
    }

  private:
    template <class C>
    void choose(CLI::App* app, const C& command) {
        app->callback([this, &command] { chosen_ = [&command] { return Command(command); }; });
    }

    void add_serve() {
        CLI::App* app = verb(app_, "serve", "Run the server");
        app->add_option("--config", serve_.config_file, "Configuration file, TOML")
            ->type_name("FILE");
        for (const NamedFlag& flag : named_flags) {
            const Setting* setting = find_setting(flag.setting);
            app->add_option_function<std::string>(
                   std::string(flag.flag),
                   [this, &flag](const std::string& value) {
                       serve_.flags.push_back(
                           {std::string(flag.flag), std::string(flag.setting), value});
                   },
                   std::string(setting->help))
                ->type_name(std::string(flag.value_name));
        }
        app->add_option("--set", "Any setting, as --set log.level=debug; may be repeated")
            ->type_name("SECTION.KEY=VALUE")
            ->each([this](const std::string& text) {
                const std::size_t equals = text.find('=');
                if (equals == std::string::npos) {
                    throw CLI::ValidationError("\"" + text + "\": expected SECTION.KEY=VALUE");
                }
                serve_.flags.push_back({"--set", text.substr(0, equals), text.substr(equals + 1)});
            })
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        app->add_flag("--debug-echo", serve_.debug_echo,
                      "Also serve POST /belay/v1/echo, which answers a JSON body with itself and "
                      "needs a token: for tests of HTTP");
        app->footer([] { return std::string(serve_epilogue) + settings_help(); });
        choose(app, serve_);
    }

    void add_token() {
        CLI::App* app = verb(app_, "token", "Print a JSON Web Token (HS256)");
        add_tenant(*app, "The tenant it speaks for", [this](job::TenantId id) {
            token_.tenant = id;
        })->required();
        app->add_option("--subject", token_.subject, "Who in the tenant")
            ->type_name("TEXT")
            ->required();
        add_scopes(*app, token_.scopes, "What it may do; may be repeated; without: all but admin");
        token_.expires = std::chrono::hours(1);
        app->add_option_function<std::string>(
               "--expires",
               [this](const std::string& text) {
                   const result<Milliseconds> duration = parse_duration(text);
                   // Whole seconds are what the exp claim can say.
                   if (!duration || *duration < std::chrono::seconds(1)) {
                       throw CLI::ValidationError(
                           "--expires",
                           "\"" + text + "\": expected a duration from \"1s\", as \"1h\"");
                   }
                   token_.expires = *duration;
               },
               "For how long; default 1h")
            ->type_name("DURATION");
        app->add_option("--secret-file", token_.secret_file,
                        "The server's secret: DIR/jwt.secret unless configured")
            ->type_name("FILE")
            ->required();
        app->add_option("--issuer", token_.issuer, "The iss claim, if the server asks for one")
            ->type_name("TEXT");
        app->add_option("--audience", token_.audience, "The aud claim, if the server asks for one")
            ->type_name("TEXT");
        choose(app, token_);
    }

    void add_keys() {
        CLI::App* keys = verb(app_, "keys", "Make, list and revoke API keys");
        keys->require_subcommand(1);

        CLI::App* create = verb(*keys, "create", "Print a new API key, once");
        add_data(*create, create_.data);
        add_tenant(*create, "The tenant it speaks for", [this](job::TenantId id) {
            create_.tenant = id;
        })->required();
        create
            ->add_option_function<std::string>(
                "--mode", [this](const std::string& mode) { create_.live = mode == "live"; },
                "Which objects it sees; default test")
            ->type_name("test|live")
            ->check([](const std::string& mode) -> std::string {
                const bool known = mode == "test" || mode == "live";
                return known ? "" : "\"" + mode + "\": expected test or live";
            });
        create->add_flag("--restricted", create_.restricted, "Make a restricted key (rk_…)");
        add_scopes(*create, create_.scopes,
                   "What it may do; may be repeated; without: all but admin");
        choose(create, create_);

        CLI::App* list = verb(*keys, "list", "List the API keys: ids, never the keys");
        add_data(*list, list_.data);
        add_tenant(*list, "Only those of this tenant",
                   [this](job::TenantId id) { list_.tenant = id; });
        choose(list, list_);

        CLI::App* revoke = verb(*keys, "revoke", "Make an API key useless");
        add_data(*revoke, revoke_.data);
        revoke->add_option("key-id", revoke_.key_id, "The id that keys list prints")->required();
        choose(revoke, revoke_);
    }

    void add_directories() {
        CLI::App* log = verb(app_, "log", "Look at the log on disk");
        log->require_subcommand(1);
        CLI::App* dump = verb(*log, "dump", "Print every frame of the log");
        dump->add_option("DIR", dump_.data, "The data directory")->required();
        choose(dump, dump_);

        CLI::App* verify =
            verb(app_, "verify", "Check a data directory: exit 0 if it is sound, 1 if not");
        verify->add_option("DIR", verify_.data, "The data directory")->required();
        choose(verify, verify_);
    }

    void add_bench() {
        CLI::App* app =
            verb(app_, "bench", "Cancel export jobs of a server on this machine, and measure");
        app->add_option("--port", bench_.port, "Where it listens on 127.0.0.1")
            ->type_name("PORT")
            ->required();
        app->add_option("--token-file", bench_.token_file,
                        "A token with exports:read and exports:write, as `belay token` prints it")
            ->type_name("FILE")
            ->required();
        app->add_option("--jobs", bench_.jobs,
                        "So many are made, canceled and read back; default 10000")
            ->type_name("N")
            ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}));
        app->add_option("--connections", bench_.connections, "Default 64")
            ->type_name("N")
            ->check(CLI::Range(std::size_t{1}, std::size_t{10'000}));
        app->add_option(
               "--rate", bench_.rate,
               "Cancels a second by a schedule that does not wait for the server; without: "
               "each connection sends when it was answered")
            ->type_name("N")
            ->check(CLI::PositiveNumber);
        app->add_flag("--json", bench_.json, "Print JSON");
        choose(app, bench_);
    }

    /// The innermost verb that was given.
    const CLI::App* chosen_app() const {
        const CLI::App* app = &app_;
        while (!app->get_subcommands().empty()) {
            app = app->get_subcommands().front();
        }
        return app;
    }

    std::string help_of_chosen() const {
        const CLI::App* app = chosen_app();
        return app->help(app->get_parent() == nullptr ? "" : invocation(app->get_parent()));
    }

    std::string wrong(const CLI::ParseError& error, std::span<const std::string> arguments) const {
        const CLI::App* app = chosen_app();
        std::string what = unknown_verb(*app, arguments);
        if (what.empty()) {
            what = unknown_flag(*app, arguments);
        }
        return "belay: " + (what.empty() ? error.what() : what) + "\nTry: " + invocation(app) +
               " --help\n";
    }

    /// What is wrong if a verb was expected and another word stands there, else empty.
    static std::string unknown_verb(const CLI::App& app, std::span<const std::string> arguments) {
        std::vector<std::string> verbs;
        for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
            verbs.push_back(child->get_name());
        }
        const std::size_t depth = app.get_parent() == nullptr ? 0 : 1;
        if (verbs.empty() || arguments.size() <= depth || arguments[depth].starts_with('-')) {
            return {};
        }
        return "unknown command \"" + arguments[depth] + "\"; did you mean " +
               std::string(nearest(arguments[depth], verbs)) + "?";
    }

    /// What is wrong if there is a flag that the verb does not know, else empty.
    static std::string unknown_flag(const CLI::App& app, std::span<const std::string> arguments) {
        std::vector<std::string> flags;
        for (const CLI::Option* option : app.get_options()) {
            for (const std::string& name : option->get_lnames()) {
                flags.push_back("--" + name);
            }
        }
        for (const std::string& argument : arguments) {
            const std::string flag = argument.substr(0, argument.find('='));
            if (flag.size() > 2 && flag.starts_with("--") &&
                std::ranges::find(flags, flag) == flags.end()) {
                return "unknown option " + flag + "; did you mean " +
                       std::string(nearest(flag, flags)) + "?";
            }
        }
        return {};
    }

    static std::string invocation(const CLI::App* app) {
        return app->get_parent() == nullptr ? app->get_name()
                                            : invocation(app->get_parent()) + " " + app->get_name();
    }

    CLI::App app_{"Long-running jobs that stay cancelled."};
    ServeCommand serve_;
    TokenCommand token_;
    KeysCreateCommand create_;
    KeysListCommand list_;
    KeysRevokeCommand revoke_;
    LogDumpCommand dump_;
    VerifyCommand verify_;
    BenchCommand bench_;
    VersionCommand version_;
    std::function<Command()> chosen_;
};

}  // namespace

Command parse_command_line(std::span<const std::string> arguments) {
    return Parser().parse(arguments);
}

std::span<const std::string> known_scopes() {
    static const std::array<std::string, 7> scopes{
        "exports:read",   "exports:write",   "batches:read", "batches:write",
        "transfers:read", "transfers:write", "admin"};
    return scopes;
}

}  // namespace belay::program
