#include "http/drive/batches/chores.hpp"

#include <array>
#include <optional>
#include <string>

#include "http/drive/batches/batch_move.hpp"

namespace belay::batch_drive {
namespace {

/// Until what could not be done is tried again: the store is short of something, an upload is on
/// its way, a file cannot be removed.
constexpr std::chrono::seconds another_look(1);

}  // namespace

bool Chores::is_about(job::Kind kind) const noexcept {
    return kind == batches::batch_kind;
}

void Chores::note(const job::Uuid& id, WallTime due, WallTime now) {
    parts_.agenda.note({batches::batch_kind, id}, due, now);
}

void Chores::survey(const job::RecordId& id, const store::RecordView& record, WallTime now) {
    const result<batches::Job> job = batches::decode_job(record.value);
    if (!job) {
        return;
    }
    // Results whose time was over at the start went with the orphans.
    const bool has_results =
        batches::is_terminal(job->phase) && now < batches::results_end_at(*job, life_);
    note(id.id,
         has_results ? batches::results_end_at(*job, life_)
                     : batches::due_at({id.id, record.lsn, *job}, life_),
         now);
}

void Chores::due(store::BlockingLane& lane, const job::RecordId& id) {
    const WallTime now = lane.lane().now();
    std::optional<batches::Standing> standing;
    std::string bytes;
    lane.lane().read(id, [&](const store::RecordView& record) {
        bytes = as_text(record.value);
        standing = batches::Standing{id.id, record.lsn, {}};
    });
    const result<batches::Job> job = standing ? batches::decode_job(as_byte_span(bytes))
                                              : result<batches::Job>(Error::not_found);
    if (!job) {
        return;
    }
    standing->job = *job;
    const WallTime due = batches::due_at(*standing, life_);
    if (const std::optional<batches::Ask> asked = batches::due_ask(*standing, now, life_)) {
        ask(lane, id.id, *job, *asked);
    } else if (batches::is_terminal(job->phase) && now >= batches::results_end_at(*job, life_)) {
        note(id.id, remove_files(id.id, *job) ? due : now + another_look, now);
    } else if (batches::is_running(job->phase) && now >= due) {
        // Until it is taken up: the runner may have no room for it now.
        parts_.inbox.tell(id.id);
        note(id.id, now + life_.lease, now);
    } else {
        note(id.id, batches::is_terminal(job->phase) ? batches::results_end_at(*job, life_) : due,
             now);
    }
}

void Chores::ask(store::BlockingLane& lane, const job::Uuid& id, const batches::Job& job,
                 batches::Ask asked) {
    const WallTime now = lane.lane().now();
    if (asked == batches::Ask::end_window && parts_.uploads.has(id)) {
        note(id, now + another_look, now);
        return;
    }
    // Files go first: a record that is gone names nothing that a later start could not tell from
    // what never had one.
    if (asked == batches::Ask::remove && !remove_files(id, job)) {
        note(id, now + another_look, now);
        return;
    }
    BatchMove move(id, {.ask = asked}, life_,
                   BatchEvent::of(lane.lane(), job.tenant, job.is_live, id, asked));
    lane.run(move);
    if (!move.is_decided()) {
        note(id, now + another_look, now);
    }
    if (!move.applied()) {
        return;  // else somebody was faster, and has noted what comes next
    }
    move.event().tell(parts_.events);
    if (asked != batches::Ask::remove) {
        note(id, batches::results_end_at(move.job(), life_), now);
    }
}

bool Chores::remove_files(const job::Uuid& id, const batches::Job& job) {
    if (job.upload == job::Uuid{}) {
        return true;
    }
    bool all = true;
    for (const std::string& path :
         {batches::input_path(id, job.upload), batches::output_path(id, job.upload)}) {
        const auto gone = parts_.disk.remove(path);
        all &= gone.has_value() || gone.error() == boost::system::errc::no_such_file_or_directory;
    }
    return all;
}

}  // namespace belay::batch_drive
