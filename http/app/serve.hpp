// belay serve: builds the parts in order, waits for a signal, runs the stop sequence.
#pragma once

#include "http/program/commands.hpp"
#include "http/program/settings.hpp"

namespace belay::app {

/// What the command line says beside the settings.
struct ServeOptions {
    bool debug_echo = false;  ///< POST /belay/v1/echo is served, too
};

/// Returns when the process is to end.
program::ExitCode serve(const program::Settings& settings, const ServeOptions& options);

}  // namespace belay::app
