#include "store/log/snapshots.hpp"

#include <algorithm>

namespace belay::store {
namespace {

constexpr std::size_t generations = 2;

/// A bad file keeps its bytes for whoever wants to look, under a name that nobody reads.
result<void> set_aside(world::Disk& disk, const std::string& path) {
    if (auto renamed = disk.rename(path, path + ".bad"); renamed.has_error()) {
        return renamed;
    }
    return disk.sync_directory(snapshot_directory);
}

result<void> remove_leftovers(world::Disk& disk) {
    const auto names = disk.list(snapshot_directory);
    if (names.has_error()) {
        return names.error() == boost::system::errc::no_such_file_or_directory
                   ? result<void>()
                   : result<void>(names.error());
    }
    for (const std::string& name : *names) {
        if (!is_snapshot_temporary_name(name)) {
            continue;
        }
        if (auto removed = disk.remove(std::string(snapshot_directory) + "/" + name);
            removed.has_error()) {
            return removed;
        }
    }
    return {};
}

Failure about(boost::system::error_code error) {
    return failure(error, std::string(snapshot_directory) + ": " + error.message());
}

/// Sets aside what is bad, now that it is known that nothing is lost by it.
explained<SnapshotChoice> choose(world::Disk& disk, SnapshotChoice choice,
                                 const std::vector<std::string>& bad) {
    for (const std::string& path : bad) {
        if (auto done = set_aside(disk, path); done.has_error()) {
            return about(done.error());
        }
    }
    return choice;
}

}  // namespace

result<std::vector<Lsn>> list_snapshots(world::Disk& disk) {
    const auto names = disk.list(snapshot_directory);
    std::vector<Lsn> found;
    if (names.has_error()) {
        if (names.error() == boost::system::errc::no_such_file_or_directory) {
            return found;
        }
        return names.error();
    }
    for (const std::string& name : *names) {
        if (const std::optional<Lsn> start_lsn = parse_snapshot_name(name)) {
            found.push_back(*start_lsn);
        }
    }
    std::sort(found.rbegin(), found.rend());
    return found;
}

explained<SnapshotChoice> choose_snapshot(world::Disk& disk, FunctionRef<bool(Lsn)> log_covers,
                                          std::string_view data_directory, Reading reading,
                                          SnapshotCheck check) {
    if (auto removed = remove_leftovers(disk); removed.has_error()) {
        return about(removed.error());
    }
    const auto starts = list_snapshots(disk);
    if (starts.has_error()) {
        return about(starts.error());
    }
    SnapshotChoice choice;
    std::vector<std::string> bad;
    for (const Lsn start : *starts) {
        const std::string path = snapshot_path(start);
        if (!log_covers(start)) {
            return failure(make_error_code(Error::corrupt),
                           path + ": the log does not hold the frames from LSN " +
                               std::to_string(start) + " on" +
                               (choice.warning.empty() ? "" : ", and " + choice.warning) +
                               "; see `belay log dump " + std::string(data_directory) + "`");
        }
        if (check == SnapshotCheck::none) {
            choice.info.start_lsn = start;
            choice.path = path;
            return choice;
        }
        auto info = verify_snapshot(disk, path, reading);
        if (info.has_value()) {
            choice.info = *info;
            choice.path = path;
            return choose(disk, std::move(choice), bad);
        }
        // A newer format is no damage, and a failing disk is no reason to use less than there is.
        if (info.error().code != Error::corrupt) {
            return info.error();
        }
        choice.warning = choice.warning.empty() ? info.error().what : choice.warning;
        bad.push_back(path);
    }
    if (!log_covers(first_lsn)) {
        return failure(
            make_error_code(Error::corrupt),
            (choice.warning.empty() ? std::string("no snapshot is there") : choice.warning) +
                ", and the log does not go back to its beginning; see `belay log dump " +
                std::string(data_directory) + "`");
    }
    choice.info.start_lsn = first_lsn;
    return choose(disk, std::move(choice), bad);
}

result<Lsn> prune_snapshots(world::Disk& disk) {
    auto starts = list_snapshots(disk);
    if (starts.has_error()) {
        return starts.error();
    }
    for (std::size_t index = generations; index < starts->size(); ++index) {
        if (auto removed = disk.remove(snapshot_path((*starts)[index])); removed.has_error()) {
            return removed.error();
        }
    }
    if (starts->size() < generations) {
        return first_lsn;
    }
    // Before the log lets go of anything: else a power cut could bring an older generation back
    // without its log. (It would still not be used; but the newest two must be what is there.)
    if (auto synced = disk.sync_directory(snapshot_directory); synced.has_error()) {
        return synced.error();
    }
    return (*starts)[generations - 1];
}

}  // namespace belay::store
