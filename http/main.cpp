// The program: reads the command line, does what it says, gives the exit code.
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <unistd.h>

#include "http/app/bench.hpp"
#include "http/app/serve.hpp"
#include "http/app/tools.hpp"
#include "http/program/commands.hpp"
#include "http/program/settings_load.hpp"

namespace belay::app {

using program::ExitCode;

static ExitCode run(const program::PrintAndExit& command) {
    std::fputs(command.text.c_str(), command.code == ExitCode::success ? stdout : stderr);
    return command.code;
}

static ExitCode run(const program::ServeCommand& command) {
    program::SettingSources sources;
    if (command.config_file) {
        std::ifstream file(*command.config_file, std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        if (!file) {
            std::fprintf(stderr, "belay: %s cannot be read\n", command.config_file->c_str());
            return ExitCode::usage;
        }
        sources.file = program::SettingsFile{*command.config_file, text.str()};
    }
    for (char** variable = environ; *variable != nullptr; ++variable) {
        sources.environment.emplace_back(*variable);
    }
    sources.flags = command.flags;
    const auto settings = program::load_settings(sources);
    if (settings.has_error()) {
        std::fprintf(stderr, "belay: %s\n", settings.error().what.c_str());
        return ExitCode::usage;
    }
    return serve(*settings, {.debug_echo = command.debug_echo});
}

}  // namespace belay::app

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    const auto act = [](const auto& command) { return belay::app::run(command); };
    const auto code = std::visit(act, belay::program::parse_command_line(words));
    return static_cast<int>(code);
}
