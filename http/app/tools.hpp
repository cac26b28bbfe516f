// The commands beside `serve`: each does one thing with files and ends.
#pragma once

#include "http/program/commands.hpp"

namespace belay::app {

program::ExitCode run(const program::TokenCommand& command);
program::ExitCode run(const program::KeysCreateCommand& command);
program::ExitCode run(const program::KeysListCommand& command);
program::ExitCode run(const program::KeysRevokeCommand& command);
program::ExitCode run(const program::LogDumpCommand& command);
program::ExitCode run(const program::VerifyCommand& command);
program::ExitCode run(const program::VersionCommand& command);

}  // namespace belay::app
