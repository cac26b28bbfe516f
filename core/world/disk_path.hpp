// What a path of the Disk interface is. The real disk and the simulated one refuse the same.
#pragma once

#include <string_view>

namespace belay::world {

/// Parts divided by single '/', none of them empty, "." or "..", no NUL: cannot lead out of the
/// root. The empty path, which names the root, is no file path.
bool is_file_path(std::string_view path) noexcept;

/// A file path, or "" for the root.
bool is_directory_path(std::string_view path) noexcept;

/// "a/b" of "a/b/c", "" of "c". A view into `path`.
std::string_view parent_of(std::string_view path) noexcept;

}  // namespace belay::world
