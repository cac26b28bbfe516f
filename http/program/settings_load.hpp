// Where settings come from: flags before environment before file before defaults
// (contracts README 7). Nothing is ignored: a key, a section or a BELAY_ variable that means
// nothing is an error that names the nearest one that does.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "http/program/settings.hpp"

namespace belay::program {

/// A configuration file, read by the caller.
struct SettingsFile {
    std::string name;  ///< as messages show it
    std::string text;  ///< TOML 1.0
};

/// A setting given on the command line.
struct SettingFlag {
    std::string flag;  ///< as messages show it: "--listen", "--set"
    std::string name;  ///< "http.listen"
    std::string value;
};

struct SettingSources {
    std::optional<SettingsFile> file;
    /// "NAME=value", the process's whole environment: what does not begin with BELAY_ is not ours.
    std::vector<std::string> environment;
    std::vector<SettingFlag> flags;
};

/// Every wrong thing in every source, one a line, or the settings. Error::malformed.
explained<Settings> load_settings(const SettingSources& sources);

}  // namespace belay::program
