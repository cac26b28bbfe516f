#include "tests/sim/chronicle.hpp"

#include <algorithm>

namespace belay::sim {
namespace {

using exports::Ask;
using exports::Job;
using exports::Phase;

constexpr Milliseconds week = std::chrono::hours(7 * 24);

/// What no move of a job changes.
bool is_same_job(const Job& before, const Job& after) {
    return before.tenant == after.tenant && before.context == after.context &&
           before.report == after.report && before.format == after.format &&
           before.filter == after.filter;
}

Milliseconds delay_after(std::uint32_t attempts, const exports::LifeSettings& life) {
    return std::min(life.retry_delay * (1 << (attempts - 1)), life.retry_delay_max);
}

std::string_view unless(bool holds, std::string_view law) {
    return holds ? std::string_view() : law;
}

}  // namespace

std::string Chronicle::read(world::SimDisk& disk) {
    auto recovery = store::LogRecovery::begin(disk, "the disk of the simulation");
    if (recovery.has_error()) {
        return recovery.error().what;
    }
    const auto replayed =
        recovery->replay(store::first_lsn, 0, [&](store::ReplayedFrame& frame) -> explained<void> {
            const std::string broken = take(frame.lsn, frame.facts);
            if (!broken.empty()) {
                return failure(Error::corrupt, broken);
            }
            return {};
        });
    return replayed.has_error() ? replayed.error().what : std::string();
}

Phase Chronicle::end_of(const job::Uuid& id) const {
    const auto found = jobs_.find(id);
    return found == jobs_.end() ? Phase::absent : found->second.end;
}

bool Chronicle::is_removed(const job::Uuid& id) const {
    const auto found = jobs_.find(id);
    return found != jobs_.end() && found->second.is_removed;
}

std::string Chronicle::take(job::Lsn lsn, const store::FactReader& facts) {
    store::FactReader contexts = facts;
    store::Fact fact;
    while (contexts.next(fact)) {
        if (fact.kind == store::FactKind::record && fact.record.kind == exports::context_kind) {
            const auto set = exports::decode_context(as_byte_span(fact.value)).value().set;
            uploads_[fact.record.id] = set ? std::optional(set->upload) : std::nullopt;
        }
    }
    store::FactReader jobs = facts;
    while (jobs.next(fact)) {
        if (fact.kind != store::FactKind::record || fact.record.kind != exports::export_job_kind) {
            continue;
        }
        if (const std::string_view broken = take_job(fact, lsn, facts.time()); !broken.empty()) {
            return "job " + job::format_uuid(fact.record.id) + ", version " +
                   std::to_string(fact.number) + " of the log: " + std::string(broken);
        }
    }
    return {};
}

std::string_view Chronicle::take_job(const store::Fact& fact, job::Lsn lsn, WallTime time) {
    History& history = jobs_[fact.record.id];
    if (history.is_removed || fact.number != history.number + 1) {
        return "versions follow each other, and nothing follows a removal";
    }
    history.number = fact.number;
    if (fact.tombstone) {
        history.is_removed = true;
        coverage_.asked(history.job.phase, Ask::remove);
        const WallTime end = history.job.finished.value_or(history.job.updated);
        return unless(is_terminal(history.job.phase) && time >= end + life_.retention,
                      "what is removed has ended, and its retention is over");
    }
    const Job job = exports::decode_job(as_byte_span(fact.value)).value();
    if (const std::string_view broken = judge(history, fact.record.id, job); !broken.empty()) {
        return broken;
    }
    if (job.phase == Phase::running && history.job.phase == Phase::queued) {
        history.claim = lsn;
        history.upload = uploads_[job.context];
    }
    history.job = job;
    history.error = job.error;
    history.job.error = history.error;
    if (is_terminal(job.phase) && history.end == Phase::absent) {
        history.end = job.phase;
    }
    return {};
}

std::string_view Chronicle::judge(const History& before, const job::Uuid& id, const Job& job) {
    const Phase from = before.job.phase;
    if (from == Phase::absent) {
        coverage_.asked(from, Ask::create);
        return unless(
            job.phase == Phase::queued && job.attempts == 0 && job.claim == 0 && !job.started,
            "a job begins queued and untouched");
    }
    if (!is_same_job(before.job, job) || job.updated < before.job.updated) {
        return "a job stays what it was ordered to be, and its time goes forward";
    }
    if (from == Phase::queued && job.phase == Phase::running) {
        coverage_.asked(from, Ask::claim);
        return judge_claim(before.job, job);
    }
    if (job.phase == Phase::expired) {
        coverage_.asked(from, Ask::expire);
        return unless((from == Phase::queued || from == Phase::succeeded) &&
                          job.updated >= job::time_of(id) + week,
                      "only what is queued or has succeeded expires, after its week");
    }
    if (from == Phase::queued || (from == Phase::running && job.phase == Phase::canceled)) {
        coverage_.asked(from, Ask::cancel);
        return unless(job.phase == Phase::canceled && job.finished == job.updated &&
                          job.attempts == before.job.attempts && !job.lease_until &&
                          !job.next_try && !job.sha256 && job.bytes_written == 0,
                      "a cancel ends the job at once and leaves it without a file");
    }
    if (from == Phase::running) {
        return judge_running(before, job);
    }
    return "what has ended does not move";
}

std::string_view Chronicle::judge_claim(const Job& before, const Job& job) {
    if (before.next_try && job.updated < *before.next_try) {
        return "a retry waits for its time";
    }
    return unless(job.attempts == before.attempts + 1 && job.claim == 0 &&
                      job.started == job.updated && job.lease_until == job.updated + life_.lease &&
                      job.records_written == 0 && !job.next_try && !job.finished,
                  "a claim counts an attempt and begins a lease");
}

/// What becomes of a running job, but for a cancel.
std::string_view Chronicle::judge_running(const History& before, const Job& job) {
    const std::uint32_t attempts = before.job.attempts;
    if (job.claim != before.claim) {
        return "a worker's move names its claim";
    }
    switch (job.phase) {
        case Phase::running:
            coverage_.asked(Phase::running, Ask::progress);
            return unless(job.attempts == attempts &&
                              job.lease_until == job.updated + life_.lease &&
                              job.records_written >= before.job.records_written,
                          "progress renews the lease and counts rows up");
        case Phase::succeeded:
            return judge_success(before, job);
        case Phase::failed:
            coverage_.asked(Phase::running, Ask::fail);
            return unless(attempts == life_.attempts_max && job.attempts == attempts &&
                              !job.error.empty() && job.finished == job.updated && !job.sha256,
                          "a job fails with its last attempt, and says why");
        case Phase::queued:
            break;
        default:
            return "a running job does not become this";
    }
    if (job.next_try) {
        coverage_.asked(Phase::running, Ask::retry);
        return unless(job.attempts == attempts && attempts < life_.attempts_max &&
                          !job.error.empty() && !job.lease_until &&
                          *job.next_try == job.updated + delay_after(attempts, life_),
                      "a failed attempt counts, and the next one waits twice as long");
    }
    const bool is_over = job.updated >= *before.job.lease_until;
    coverage_.asked(Phase::running, is_over ? Ask::lapse : Ask::release);
    return unless(job.attempts + 1 == attempts && job.error == before.job.error && !job.lease_until,
                  "a worker that went away is no failed attempt");
}

std::string_view Chronicle::judge_success(const History& before, const Job& job) {
    coverage_.asked(Phase::running, Ask::succeed);
    if (!job.sha256 || job.finished != job.updated || job.attempts != before.job.attempts) {
        return "a success has its file's digest and an end";
    }
    const Outcome& expected = sets_.outcome(before.upload, job.report, job.format);
    return unless(*job.sha256 == expected.sha256 && job.bytes_written == expected.bytes &&
                      job.records_written == expected.records,
                  "a success is the report on the set that its claim saw");
}

}  // namespace belay::sim
