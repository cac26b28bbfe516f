#include <boost/test/unit_test.hpp>

#include "http/program/commands.hpp"
#include "http/program/settings_table.hpp"

namespace belay::program {
namespace {

constexpr const char* tenant = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b";

template <class C>
C good(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    const auto* wrong = std::get_if<PrintAndExit>(&command);
    BOOST_TEST_REQUIRE(std::holds_alternative<C>(command), (wrong ? wrong->text : "another verb"));
    return std::get<C>(command);
}

std::string bad(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    BOOST_TEST_REQUIRE(std::holds_alternative<PrintAndExit>(command));
    BOOST_TEST((std::get<PrintAndExit>(command).code == ExitCode::usage));
    return std::get<PrintAndExit>(command).text;
}

std::string help(const std::vector<std::string>& arguments) {
    const Command command = parse_command_line(arguments);
    BOOST_TEST_REQUIRE(std::holds_alternative<PrintAndExit>(command));
    BOOST_TEST((std::get<PrintAndExit>(command).code == ExitCode::success));
    return std::get<PrintAndExit>(command).text;
}

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(serve_works_with_no_option_and_with_all) {
    BOOST_TEST(good<ServeCommand>({"serve"}).flags.empty());
    const auto serve = good<ServeCommand>(
        {"serve", "--data", "d", "--listen", "[::1]:1", "--config", "c.toml", "--threads", "2",
         "--jwt-secret-file", "s", "--tls-cert", "c", "--tls-key", "k", "--set", "log.level=debug",
         "--set", "auth.issuer=a=b"});
    BOOST_TEST(serve.config_file.value() == "c.toml");
    std::string flags;
    for (const SettingFlag& flag : serve.flags) {
        flags += flag.flag + " " + flag.name + " " + flag.value + "\n";
    }
    for (const std::string_view line :
         {"--data store.data d\n", "--listen http.listen [::1]:1\n", "--threads http.threads 2\n",
          "--jwt-secret-file auth.jwt_secret_file s\n", "--tls-cert http.tls_cert c\n",
          "--tls-key http.tls_key k\n", "--set log.level debug\n", "--set auth.issuer a=b\n"}) {
        BOOST_TEST(flags.find(line) != std::string::npos, line);
    }
    BOOST_TEST(serve.flags.size() == 8U);
    BOOST_TEST(!serve.debug_echo);
    BOOST_TEST(good<ServeCommand>({"serve", "--debug-echo"}).debug_echo);
}

BOOST_AUTO_TEST_CASE(help_of_serve_names_every_setting) {
    const std::string text = help({"serve", "--help"});
    for (const Setting& setting : all_settings()) {
        BOOST_TEST(text.find("  " + std::string(setting.key) + " = " +
                             toml_text(setting.form, setting.default_text)) != std::string::npos,
                   setting_name(setting));
    }
    BOOST_TEST(text.find("Usage: belay serve [OPTIONS]") != std::string::npos);
    for (const std::string_view flag :
         {"--data DIR", "--listen HOST:PORT", "--config FILE", "--threads N",
          "--jwt-secret-file FILE", "--tls-cert FILE", "--tls-key FILE", "--set SECTION.KEY=VALUE",
          "--debug-echo"}) {
        BOOST_TEST(text.find(flag) != std::string::npos, flag);
    }
}

BOOST_AUTO_TEST_CASE(token_takes_every_claim) {
    const auto token = good<TokenCommand>(
        {"token", "--tenant", tenant, "--subject", "anna", "--secret-file", "d/jwt.secret"});
    BOOST_TEST(job::format_uuid(token.tenant) == tenant);
    BOOST_TEST(token.subject == "anna");
    BOOST_TEST(token.expires.count() == 3'600'000);
    BOOST_TEST(token.secret_file == "d/jwt.secret");
    BOOST_TEST(token.scopes.empty());

    const auto scoped = good<TokenCommand>(
        {"token", "--tenant", tenant, "--subject", "a", "--secret-file", "f", "--scope",
         "exports:read", "--scope", "exports:write admin,exports:read", "--expires", "5m"});
    BOOST_TEST(
        (scoped.scopes == std::vector<std::string>{"exports:read", "exports:write", "admin"}));
    BOOST_TEST(scoped.expires.count() == 300'000);
}

BOOST_AUTO_TEST_CASE(keys) {
    const auto create =
        good<KeysCreateCommand>({"keys", "create", "--data", "d", "--tenant", tenant, "--mode",
                                 "live", "--restricted", "--scope", "batches:read"});
    BOOST_TEST(create.data == "d");
    BOOST_TEST(create.live);
    BOOST_TEST(create.restricted);
    BOOST_TEST((create.scopes == std::vector<std::string>{"batches:read"}));
    BOOST_TEST(
        !good<KeysCreateCommand>({"keys", "create", "--data", "d", "--tenant", tenant}).live);
    BOOST_TEST(!good<KeysListCommand>({"keys", "list", "--data", "d"}).tenant.has_value());
    BOOST_TEST(
        job::format_uuid(good<KeysListCommand>({"keys", "list", "--data", "d", "--tenant", tenant})
                             .tenant.value()) == tenant);
    BOOST_TEST(good<KeysRevokeCommand>({"keys", "revoke", "--data", "d", "key_1"}).key_id ==
               "key_1");
}

BOOST_AUTO_TEST_CASE(bench) {
    const auto plain = good<BenchCommand>({"bench", "--port", "8080", "--token-file", "t"});
    BOOST_TEST(plain.port == 8080);
    BOOST_TEST(plain.rate == 0);
    const auto whole =
        good<BenchCommand>({"bench", "--port", "1", "--token-file", "t", "--rate", "2.5", "--jobs",
                            "7", "--connections", "3", "--json"});
    BOOST_TEST(whole.rate == 2.5);
    BOOST_TEST(whole.jobs == 7u);
    BOOST_TEST(whole.connections == 3u);
    BOOST_TEST(whole.json);
    bad({"bench", "--token-file", "t"});
    bad({"bench", "--port", "1", "--token-file", "t", "--jobs", "0"});
    bad({"bench", "--port", "1", "--token-file", "t", "--rate", "-1"});
}

BOOST_AUTO_TEST_CASE(directories_and_version) {
    BOOST_TEST(good<LogDumpCommand>({"log", "dump", "d"}).data == "d");
    BOOST_TEST(good<VerifyCommand>({"verify", "d"}).data == "d");
    good<VersionCommand>({"version"});
}

BOOST_AUTO_TEST_CASE(a_wrong_word_names_the_nearest) {
    BOOST_TEST(bad({"serv"}).starts_with("belay: unknown command \"serv\"; did you mean serve?\n"));
    BOOST_TEST(bad({"serve", "--lisen", "x"}) ==
               "belay: unknown option --lisen; did you mean --listen?\nTry: belay serve --help\n");
    BOOST_TEST(bad({"serve", "--set", "a"}) ==
               "belay: --set: \"a\": expected SECTION.KEY=VALUE\nTry: belay serve --help\n");
    BOOST_TEST(bad({"keys", "crate"})
                   .starts_with("belay: unknown command \"crate\"; did you mean create?\n"));
    BOOST_TEST(bad({"token", "--tenant", tenant, "--subject", "a", "--secret-file", "f", "--scope",
                    "export:read"})
                   .find("did you mean exports:read?") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(every_wrong_use_exits_with_usage_and_a_hint) {
    const std::vector<std::vector<std::string>> uses{
        {},
        {"serve", "--lisen", "x"},
        {"serve", "--listen"},
        {"serve", "extra"},
        {"serve", "--set", "log.level"},
        {"serve", "--data", "a", "--data", "b"},
        {"token"},
        {"token", "--tenant", "x", "--subject", "a", "--secret-file", "f"},
        {"token", "--tenant", "00000000-0000-0000-0000-000000000000", "--subject", "a",
         "--secret-file", "f"},
        {"token", "--tenant", tenant, "--subject", "a", "--secret-file", "f", "--expires", "60"},
        {"token", "--tenant", tenant, "--subject", "a", "--secret-file", "f", "--expires", "0s"},
        {"token", "--tenant", tenant, "--secret-file", "f"},
        {"keys"},
        {"keys", "create", "--tenant", tenant},
        {"keys", "create", "--data", "d", "--tenant", tenant, "--mode", "prod"},
        {"keys", "list"},
        {"keys", "revoke", "--data", "d"},
        {"log"},
        {"log", "dump"},
        {"verify"},
        {"verify", "a", "b"},
        {"version", "x"},
    };
    for (const std::vector<std::string>& use : uses) {
        std::string line = "belay";
        for (const std::string& word : use) {
            line += " " + word;
        }
        const std::string text = bad(use);
        BOOST_TEST((text.find("--help") != std::string::npos), line << ": " << text);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
