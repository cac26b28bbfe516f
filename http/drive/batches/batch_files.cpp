#include "http/drive/batches/batch_files.hpp"

#include <string>
#include <unordered_set>

#include "core/batches/job.hpp"

namespace belay::batch_drive {
namespace {

void name_files(const job::Uuid& id, const batches::Job& job, WallTime now,
                const batches::LifeSettings& life, std::unordered_set<std::string>& to) {
    if (batches::is_running(job.phase)) {
        to.insert(batches::input_path(id, job.upload));
        to.insert(batches::output_path(id, job.upload));
    } else if (batches::is_terminal(job.phase) && now < batches::results_end_at(job, life)) {
        to.insert(batches::output_path(id, job.upload));
    }
}

}  // namespace

result<void> make_batch_directory(world::Disk& disk) {
    if (const auto made = disk.make_directory(batch_directory); !made) {
        return made;
    }
    // The names of "files" in the root and of "batches" in "files".
    for (const std::string_view directory : {std::string_view(), std::string_view("files")}) {
        if (const auto synced = disk.sync_directory(directory); !synced) {
            return synced;
        }
    }
    return {};
}

result<std::size_t> remove_batch_orphans(world::Disk& disk, store::Lane& lane,
                                         const batches::LifeSettings& life) {
    const WallTime now = lane.now();
    std::unordered_set<std::string> named;
    lane.walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (id.kind != batches::batch_kind) {
            return;
        }
        if (const result<batches::Job> job = batches::decode_job(record.value)) {
            name_files(id.id, *job, now, life, named);
        }
    });
    const auto names = disk.list(batch_directory);
    if (!names) {
        return names.error();
    }
    std::size_t removed = 0;
    for (const std::string& name : *names) {
        const std::string path = std::string(batch_directory) + "/" + name;
        if (named.contains(path)) {
            continue;
        }
        const auto gone = disk.remove(path);
        if (!gone && gone.error() == boost::system::errc::is_a_directory) {
            continue;  // none of ours: an operator's
        }
        if (!gone) {
            return gone.error();
        }
        ++removed;
    }
    if (const auto synced = disk.sync_directory(batch_directory); !synced) {
        return synced.error();
    }
    return removed;
}

}  // namespace belay::batch_drive
