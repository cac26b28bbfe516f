// Runs the shared raw HTTP cases against the test server: http_cases SCRIPT [--tls]. Skips, saying
// so, where the script is not there.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/http/test_server.hpp"

namespace {

/// The client of the cases cannot half-close a TLS connection, so those that need it are left out.
constexpr const char* over_tls = " --tls --only '^(?!.*-fin$|conn-half-close)'";

}  // namespace

int main(int argument_count, char** arguments) {
    using namespace std::chrono_literals;
    const std::string script = argument_count > 1 ? arguments[1] : "";
    const bool tls = argument_count > 2 && std::string(arguments[2]) == "--tls";
    if (!std::filesystem::exists(script) || std::system("python3 -c pass") != 0) {
        std::printf("SKIPPED: no python3, or no vectors at %s\n", script.c_str());
        return 77;
    }
    belay::http::TlsContext context;
    belay::test::TestServerOptions options;
    options.shards = 2;
    options.settings.header_timeout = 8s;
    options.settings.body_timeout = 8s;
    options.settings.idle_timeout = 9s;
    if (tls) {
        const belay::test::TestCertificate made = belay::test::make_certificate();
        if (!belay::test::load(context, made)) {
            return 1;
        }
        options.tls = &context;
    }
    belay::test::TestServer server(options);
    const std::string command = "python3 '" + script +
                                "' 127.0.0.1:" + std::to_string(server.port()) +
                                " --get /ok --post /echo --strict --slow "
                                "--limits header=8,body=8,idle=9,keepalive=9" +
                                (tls ? over_tls : "");
    return std::system(command.c_str()) == 0 ? 0 : 1;
}
