// The file half of http/program/settings_load.hpp, and what all its readers share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/program/settings_load.hpp"
#include "http/program/settings_table.hpp"

namespace belay::program {

/// Sentences about what is wrong, in the order met.
using Problems = std::vector<std::string>;

/// Reads `text` as the setting's value into `settings`; a problem begins with `shown`, which says
/// what was written and where.
void assign_text(const Setting& setting, const std::string& shown, std::string_view text,
                 Settings& settings, Problems& problems);

/// "http.listen" for "http.listne" and for "listne".
std::string nearest_setting(std::string_view name);

/// Reads a TOML file into `settings`; problems name file and line.
void read_settings_file(const SettingsFile& file, Settings& settings, Problems& problems);

}  // namespace belay::program
