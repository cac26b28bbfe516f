#include "http/program/settings_load.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::program {
namespace {

Settings good_file(std::string text) {
    return load_settings({.file = SettingsFile{"belay.toml", std::move(text)},
                          .environment = {},
                          .flags = {}})
        .value();
}

std::string bad(const SettingSources& sources) {
    const explained<Settings> settings = load_settings(sources);
    BOOST_TEST_REQUIRE(settings.has_error());
    BOOST_TEST((settings.error().code == Error::malformed));
    return settings.error().what;
}

std::string bad_file(std::string text) {
    return bad(
        {.file = SettingsFile{"belay.toml", std::move(text)}, .environment = {}, .flags = {}});
}

std::string bad_variable(std::string entry) {
    return bad({.file = {}, .environment = {std::move(entry)}, .flags = {}});
}

BOOST_AUTO_TEST_SUITE(settings_load)

BOOST_AUTO_TEST_CASE(nothing_given_is_the_defaults) {
    const Settings settings = load_settings({}).value();
    BOOST_TEST(settings.http.listen.port == 8080);
    BOOST_TEST(settings.store.data == "./belay-data");
}

BOOST_AUTO_TEST_CASE(a_file_sets_every_kind) {
    const Settings settings = good_file(R"(
[http]
listen = "[::1]:9000"
header_timeout = "250ms"
max_connections = 7
max_json_body = "64KiB"
[exports]
error_style = "mtch"
[store]
data = "/var/lib/belay"
)");
    BOOST_TEST((settings.http.listen == ListenAddress{"::1", 9000}));
    BOOST_TEST(settings.http.header_timeout.count() == 250);
    BOOST_TEST(settings.http.max_connections == 7U);
    BOOST_TEST(settings.http.max_json_body == 64U << 10);
    BOOST_TEST((settings.exports.error_style == ErrorStyle::mtch));
    BOOST_TEST(settings.store.data == "/var/lib/belay");
    BOOST_TEST(settings.http.idle_timeout.count() == 75'000, "others keep their default");
}

BOOST_AUTO_TEST_CASE(flag_over_environment_over_file_over_default) {
    SettingSources sources{.file = SettingsFile{"belay.toml",
                                                "[exports]\nworkers = 1\n[http]\nthreads = 1\n"
                                                "max_connections = 1\n"},
                           .environment = {"BELAY_HTTP__THREADS=2", "BELAY_HTTP__MAX_CONNECTIONS=2",
                                           "PATH=/bin", "not an assignment"},
                           .flags = {{"--threads", "http.threads", "3"}}};
    const Settings settings = load_settings(sources).value();
    BOOST_TEST(settings.http.threads == 3U);
    BOOST_TEST(settings.http.max_connections == 2U);
    BOOST_TEST(settings.exports.workers == 1U);
    BOOST_TEST(settings.exports.max_attempts == 4U);
}

BOOST_AUTO_TEST_CASE(an_unknown_key_names_the_nearest_and_its_line) {
    BOOST_TEST(bad_file("[http]\n\nlisten_on = \"x\"\n") ==
               "belay.toml:3: unknown key http.listen_on; did you mean http.listen?");
    BOOST_TEST(bad_file("listne = \"x\"\n") ==
               "belay.toml:1: unknown key listne; did you mean http.listen?");
    BOOST_TEST(bad_file("[htttp]\nlisten = \"x\"\n") ==
               "belay.toml:1: unknown section [htttp]; did you mean [http]?");
    BOOST_TEST(bad_variable("BELAY_HTTP__LISTNE=x") ==
               "unknown environment variable BELAY_HTTP__LISTNE; did you mean "
               "BELAY_HTTP__LISTEN?");
    BOOST_TEST(bad_variable("BELAY_HTTP_LISTEN=x") ==
               "unknown environment variable BELAY_HTTP_LISTEN; did you mean BELAY_HTTP__LISTEN?");
    BOOST_TEST(bad_variable("BELAY_http__listen=x") ==
               "unknown environment variable BELAY_http__listen; did you mean "
               "BELAY_HTTP__LISTEN?");
    BOOST_TEST(bad({.file = {}, .environment = {}, .flags = {{"--set", "log.levl", "x"}}}) ==
               "--set log.levl: unknown setting; did you mean log.level?");
}

BOOST_AUTO_TEST_CASE(a_wrong_value_names_key_value_and_what_is_expected) {
    BOOST_TEST(bad_file("[http]\nheader_timeout = 5\n") ==
               "belay.toml:2: http.header_timeout = 5: expected a duration from \"10ms\" to "
               "\"10m\": a whole number and ms, s, m, h or d, in quotes");
    BOOST_TEST(bad_file("[http]\nheader_timeout = \"5\"\n") ==
               "belay.toml:2: http.header_timeout = \"5\": expected a duration from \"10ms\" to "
               "\"10m\": a whole number and ms, s, m, h or d");
    BOOST_TEST(bad_file("[http]\nthreads = \"2\"\n") ==
               "belay.toml:2: http.threads = \"2\": expected a whole number from 0 to 256");
    BOOST_TEST(bad_file("[http]\nthreads = -1\n") ==
               "belay.toml:2: http.threads = -1: expected a whole number from 0 to 256");
    BOOST_TEST(bad_file("[http.listen]\nhost = \"x\"\n").starts_with("belay.toml:1: http.listen"));
    BOOST_TEST(bad_variable("BELAY_LOG__LEVEL=loud") ==
               "BELAY_LOG__LEVEL=\"loud\": expected one of \"debug\", \"info\", \"warning\", "
               "\"error\"");
    BOOST_TEST(bad_variable("BELAY_STORE__DATA=") ==
               "BELAY_STORE__DATA=\"\": expected a path that is not empty");
    BOOST_TEST(bad({.file = {}, .environment = {}, .flags = {{"--listen", "http.listen", "x"}}}) ==
               "--listen \"x\": expected HOST:PORT, as \"127.0.0.1:8080\" or \"[::1]:8080\"");
    BOOST_TEST(bad({.file = {}, .environment = {}, .flags = {{"--set", "http.threads", "x"}}}) ==
               "--set http.threads=x: expected a whole number from 0 to 256");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_toml_names_the_line) {
    BOOST_TEST(bad_file("[http]\nlisten = \n").starts_with("belay.toml:2: "));
    BOOST_TEST(bad_file("[http]\nthreads = 1\nthreads = 2\n").starts_with("belay.toml:3: "));
    BOOST_TEST(bad_file("[http]\nlisten = \"\xff\"\n").starts_with("belay.toml:2: "));
}

BOOST_AUTO_TEST_CASE(every_problem_is_told_at_once) {
    const std::string what = bad({.file = SettingsFile{"belay.toml", "[log]\nlevel = \"x\"\n"},
                                  .environment = {"BELAY_LOG__FORMAT=x"},
                                  .flags = {{"--threads", "http.threads", "x"}}});
    BOOST_TEST(std::count(what.begin(), what.end(), '\n') == 2);
    BOOST_TEST(what.find("belay.toml:2: log.level") != std::string::npos);
    BOOST_TEST(what.find("BELAY_LOG__FORMAT") != std::string::npos);
    BOOST_TEST(what.find("--threads") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_setting_twice_on_the_command_line_is_refused) {
    BOOST_TEST(bad({.file = {},
                    .environment = {},
                    .flags = {{"--data", "store.data", "a"}, {"--set", "store.data", "b"}}}) ==
               "--set: store.data is given twice");
}

BOOST_AUTO_TEST_CASE(settings_that_belong_together) {
    BOOST_TEST(bad_variable("BELAY_HTTP__TLS_CERT=c.pem").find("http.tls_key") !=
               std::string::npos);
    BOOST_TEST(bad_variable("BELAY_EXPORTS__RETRY_DELAY=1h").find("max_retry_delay") !=
               std::string::npos);
}

// A Service named "belay" must not keep the server in its own pod from starting.
BOOST_AUTO_TEST_CASE(variables_of_kubernetes_and_of_tests_are_not_settings) {
    const SettingSources sources{
        .file = {},
        .environment = {"BELAY_SERVICE_HOST=10.0.0.1", "BELAY_SERVICE_PORT=8080",
                        "BELAY_SERVICE_PORT_HTTP=8080", "BELAY_PORT=tcp://10.0.0.1:8080",
                        "BELAY_PORT_8080_TCP=tcp://10.0.0.1:8080",
                        "BELAY_PORT_8080_TCP_ADDR=10.0.0.1", "BELAY_HTTP_SERVICE_HOST=10.0.0.1",
                        "BELAY_TEST_SIZE=full"},
        .flags = {}};
    BOOST_TEST(load_settings(sources).has_value());
    BOOST_TEST(bad_variable("BELAY_PORT=8080").starts_with("unknown environment variable"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
