// The command `bench`: cancels by a schedule, measured and then held against the server's state.
#pragma once

#include "http/program/commands.hpp"

namespace belay::app {

/// Makes jobs on a server of this machine, cancels each under a key of its own, reads every job
/// back and repeats some of the requests. Prints latencies only if every answer was true.
program::ExitCode run(const program::BenchCommand& command);

}  // namespace belay::app
