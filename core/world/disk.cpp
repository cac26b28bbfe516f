#include "core/world/disk.hpp"

#include "core/world/disk_path.hpp"

namespace belay::world {
namespace {

result<void> write_and_sync(Disk& disk, std::string_view path, ByteSpan bytes) {
    auto file = disk.open(path, {Open::truncate});
    if (!file) {
        return file.error();
    }
    const auto written = (*file)->write_at(0, bytes);
    if (!written) {
        return written.error();
    }
    // Before the rename: a name that is durable must not lead to contents that are not.
    return (*file)->sync();
}

}  // namespace

bool is_file_path(std::string_view path) noexcept {
    if (path.find('\0') != std::string_view::npos) {
        return false;
    }
    while (true) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") {
            return false;
        }
        if (slash == std::string_view::npos) {
            return true;
        }
        path.remove_prefix(slash + 1);
    }
}

bool is_directory_path(std::string_view path) noexcept {
    return path.empty() || is_file_path(path);
}

std::string_view parent_of(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

result<std::string> read_whole(Disk& disk, std::string_view path, std::uint64_t size_max) {
    const auto file = disk.open(path, {Open::read});
    if (!file) {
        return file.error();
    }
    const auto size = (*file)->size();
    if (!size) {
        return size.error();
    }
    if (*size > size_max) {
        return Error::too_large;
    }
    std::string bytes(static_cast<std::size_t>(*size), '\0');
    const auto count = (*file)->read_at(0, std::as_writable_bytes(std::span(bytes)));
    if (!count) {
        return count.error();
    }
    bytes.resize(*count);
    return bytes;
}

result<void> write_whole(Disk& disk, std::string_view path, ByteSpan bytes) {
    const std::string temporary = std::string(path) + ".tmp";
    auto done = write_and_sync(disk, temporary, bytes);
    if (done) {
        done = disk.rename(temporary, path);
    }
    if (!done) {
        // The first error is the one to tell; the temporary file is not worth a second.
        (void)disk.remove(temporary);
        return done;
    }
    return disk.sync_directory(parent_of(path));
}

}  // namespace belay::world
