// Where files of the export family lie under the data directory, and the set of a context that has
// none yet.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/world/disk.hpp"

namespace belay::exports {

inline constexpr std::string_view export_directory = "files/exports";
inline constexpr std::string_view set_directory = "files/sets";
inline constexpr std::string_view empty_set_path = "files/sets/empty";

/// Makes both directories, and the file of a set without rows.
result<void> make_directories(world::Disk& disk);

}  // namespace belay::exports
