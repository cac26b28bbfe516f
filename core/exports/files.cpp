#include "core/exports/files.hpp"

#include "core/exports/set_file.hpp"

namespace belay::exports {

result<void> make_directories(world::Disk& disk) {
    for (const std::string_view directory : {export_directory, set_directory}) {
        if (auto made = disk.make_directory(directory); made.has_error()) {
            return made;
        }
    }
    // Their own names, too: a file is only as durable as the directories that lead to it.
    for (const std::string_view parent : {std::string_view(), std::string_view("files")}) {
        if (auto synced = disk.sync_directory(parent); synced.has_error()) {
            return synced;
        }
    }
    auto writer = SetWriter::create(disk, empty_set_path);
    if (writer.has_error()) {
        return writer.error();
    }
    if (auto finished = writer->finish(); finished.has_error()) {
        return finished;
    }
    return disk.sync_directory(set_directory);
}

}  // namespace belay::exports
