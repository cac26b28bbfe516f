#include "http/app/serve.hpp"

#include <csignal>
#include <cstdio>

#include <unistd.h>

#include "http/app/part_settings.hpp"
#include "http/app/process.hpp"

namespace belay::app {
namespace {

void greet(const Process& process, const program::Settings& settings) {
    const std::string& url = process.public_url();
    std::printf(
        "belay listens on %s, its data is in %s\n"
        "durability: %s\n"
        "\n"
        "A token for a first try:\n"
        "  TOKEN=$(belay token --tenant 11111111-1111-4111-8111-111111111111 --subject me "
        "--secret-file %s)\n"
        "A context, transactions, an export, its cancel:\n"
        "  curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' "
        "-d '{\"name\":\"first\"}' %s/v1/contexts\n"
        "  curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: text/csv' -T FILE.csv "
        "%s/v1/contexts/CONTEXT/transactions\n"
        "  curl -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' "
        "-d '{\"reportType\":\"MATCHED\",\"format\":\"CSV\"}' "
        "%s/v1/contexts/CONTEXT/export-jobs\n"
        "  curl -H \"Authorization: Bearer $TOKEN\" -X POST -H 'X-Idempotency-Key: cancel-1' "
        "%s/v1/export-jobs/JOB/cancel\n\n",
        url.c_str(), settings.store.data.c_str(),
        process.recovery().direct ? "each group of transitions by direct I/O (O_DIRECT | O_DSYNC)"
                                  : "each group of transitions by fdatasync (no direct I/O here)",
        process.secret_file().c_str(), url.c_str(), url.c_str(), url.c_str(), url.c_str());
    std::fflush(stdout);
}

}  // namespace

program::ExitCode serve(const program::Settings& settings, const ServeOptions& options) {
    run::StopSignals signals;  // before any thread
    // Under a limit of file sizes a write fails like any other (EFBIG); the signal would end the
    // process.
    std::signal(SIGXFSZ, SIG_IGN);
    const world::SystemClock clock;
    program::PosixLogDescriptor descriptor(STDERR_FILENO);
    const program::LogFormat format = program::decide_format(settings.log.format, STDERR_FILENO);
    program::LogWriter lines(clock, descriptor, format);
    const program::Log log(clock, lines, settings.log.level, format);

    // Single settings were checked when they were read; here they are seen together.
    if (const auto fitting = store_settings(settings); fitting.has_error()) {
        log.error("belay does not start", {{"reason", fitting.error().what}});
        return program::ExitCode::usage;
    }
    Process process(settings, signals, clock, log, lines, options);
    if (const auto started = process.start(); started.has_error()) {
        log.error("belay does not start", {{"reason", started.error().what}});
        return program::ExitCode::failure;
    }
    greet(process, settings);
    log.info("serving", {{"url", process.public_url()}});
    if (options.debug_echo) {
        log.warning("POST /belay/v1/echo is served, which is for tests only");
    }
    signals.wait();
    log.info("stopping");
    const bool sound = process.stop();
    log.info("stopped");
    return sound ? program::ExitCode::success : program::ExitCode::log_failed;
}

}  // namespace belay::app
