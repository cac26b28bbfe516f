#include "http/drive/export_chores.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "core/exports/context.hpp"
#include "core/exports/files.hpp"
#include "http/drive/export_move.hpp"

namespace belay::http {
namespace {

/// Until a timer's ask that the store could not do is made again.
constexpr std::chrono::seconds another_look(1);

std::optional<exports::Standing> standing_of(const job::RecordId& id,
                                             const store::RecordView& record) {
    const result<exports::Job> job = exports::decode_job(record.value);
    if (!job) {
        return std::nullopt;
    }
    exports::Standing standing{id.id, record.lsn, *job};
    standing.job.error = {};
    return standing;
}

}  // namespace

ExportChores::ExportChores(world::Disk& disk, work::ReadyQueue& ready, work::Agenda& agenda,
                           EventFeed& events, const exports::LifeSettings& life, bool has_workers)
    : disk_(disk),
      ready_(ready),
      agenda_(agenda),
      events_(events),
      life_(life),
      has_workers_(has_workers) {}

bool ExportChores::is_about(job::Kind kind) const noexcept {
    return kind == exports::export_job_kind;
}

void ExportChores::survey(const job::RecordId& id, const store::RecordView& record, WallTime now) {
    const std::optional<exports::Standing> standing = standing_of(id, record);
    if (!standing) {
        return;
    }
    const bool claimable = standing->job.phase == exports::Phase::queued &&
                           exports::due_at(*standing, life_) <= now &&
                           now < exports::expires_at(id.id);
    if (!claimable) {
        agenda_.note(id, exports::due_at(*standing, life_), now);
        return;
    }
    // Whoever queues a job offers it. If nothing is on offer and a job can be claimed, it was
    // queued before the start, or by a move of which nobody was told that it had succeeded.
    if (has_workers_ && ready_.size() == 0) {
        queued_.push_back(id.id);
    }
    agenda_.note(id, exports::expires_at(id.id), now);
}

void ExportChores::end_survey() {
    std::sort(queued_.begin(), queued_.end());
    for (const job::Uuid& id : queued_) {
        ready_.push(id);
    }
    queued_ = {};
}

void ExportChores::due(store::BlockingLane& lane, const job::RecordId& id) {
    const WallTime now = lane.lane().now();
    std::optional<exports::Standing> standing;
    lane.lane().read(id,
                     [&](const store::RecordView& record) { standing = standing_of(id, record); });
    if (!standing) {
        return;
    }
    if (const std::optional<exports::Ask> asked = exports::due_ask(*standing, now, life_)) {
        ask(lane, *standing, *asked);
        return;
    }
    if (now < exports::due_at(*standing, life_)) {
        agenda_.note(id, exports::due_at(*standing, life_), now);
    } else if (has_workers_) {
        ready_.push(id.id);
    }
}

void ExportChores::ask(store::BlockingLane& lane, const exports::Standing& standing,
                       exports::Ask asked) {
    const job::Uuid id = standing.id;
    ExportMove move(id, {.ask = asked}, life_,
                    ExportEvent::of(lane.lane(), standing.job.tenant, id, asked));
    lane.run(move);
    if (move.receipt().status != store::Status::declined && !move.applied()) {
        // The store is short of something, or nobody knows what came of it.
        const WallTime now = lane.lane().now();
        agenda_.note({exports::export_job_kind, id}, now + another_look, now);
    }
    if (!move.applied()) {
        return;  // else somebody was faster, and has noted what comes next
    }
    move.event().tell(events_);
    if (move.before().phase == exports::Phase::succeeded) {
        // The job's file goes after the move is durable. What cannot be removed goes at the next
        // start.
        (void)disk_.remove(exports::file_path(id, move.before().claim, move.before().format));
    }
    const WallTime now = lane.lane().now();
    // A job whose week ended before its lease did is no worker's: its expiry is due.
    if (asked == exports::Ask::lapse && has_workers_ && now < exports::expires_at(id)) {
        ready_.push(id);
    } else if (asked != exports::Ask::remove) {
        agenda_.note({exports::export_job_kind, id}, exports::due_at(move.standing(), life_), now);
    }
}

result<std::size_t> remove_orphans(world::Disk& disk, store::Lane& lane) {
    std::unordered_set<std::string> named{std::string(exports::empty_set_path)};
    lane.walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (id.kind == exports::context_kind) {
            const result<exports::Context> context = exports::decode_context(record.value);
            if (context && context->set) {
                named.insert(exports::set_path(id.id, context->set->upload));
            }
        } else if (id.kind == exports::export_job_kind) {
            const result<exports::Job> job = exports::decode_job(record.value);
            if (job && job->phase == exports::Phase::succeeded) {
                named.insert(exports::file_path(id.id, job->claim, job->format));
            }
        }
    });
    std::size_t removed = 0;
    for (const std::string_view directory : {exports::export_directory, exports::set_directory}) {
        const auto names = disk.list(directory);
        if (names.has_error()) {
            return names.error();
        }
        for (const std::string& name : *names) {
            const std::string path = std::string(directory) + "/" + name;
            if (named.contains(path)) {
                continue;
            }
            const auto gone = disk.remove(path);
            if (gone.has_error() && gone.error() == boost::system::errc::is_a_directory) {
                continue;  // none of ours: lost+found, an operator's
            }
            if (gone.has_error()) {
                return gone.error();
            }
            ++removed;
        }
        if (auto synced = disk.sync_directory(directory); synced.has_error()) {
            return synced.error();
        }
    }
    return removed;
}

}  // namespace belay::http
