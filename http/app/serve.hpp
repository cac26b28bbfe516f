// belay serve: builds the parts in order, waits for a signal, runs the stop sequence.
#pragma once

#include "http/program/commands.hpp"
#include "http/program/settings.hpp"

namespace belay::app {

/// Returns when the process is to end.
program::ExitCode serve(const program::Settings& settings);

}  // namespace belay::app
