#include "core/batches/decide.hpp"

#include <algorithm>

namespace belay::batches {
namespace {

using job::Verdict;

bool names_a_lease(Ask ask) noexcept {
    switch (ask) {
        case Ask::progress:
        case Ask::pass:
        case Ask::refuse:
        case Ask::finish:
        case Ask::settle:
        case Ask::fail:
        case Ask::end_time:
            return true;
        default:
            return false;
    }
}

WallTime removal_at(const Job& job, const LifeSettings& settings) {
    return job.finished.value_or(job.updated) + settings.retention;
}

/// Whether a timer or a runner asks for something whose time has not come.
bool is_early(const Job& job, Ask ask, WallTime now, const LifeSettings& settings) {
    switch (ask) {
        case Ask::claim:
            return job.lease_until && now < *job.lease_until;
        case Ask::end_window:
            return now < job.upload_until;
        case Ask::end_time:
            return now < time_is_up_at(job, settings);
        case Ask::remove:
            return now < removal_at(job, settings);
        default:
            return false;
    }
}

/// The fields that change with the phase, besides phase and time.
void apply(const Request& request, WallTime now, const LifeSettings& settings, Job& next) {
    switch (request.ask) {
        case Ask::validate:
        case Ask::run:
            next.upload = request.upload;
            next.input_bytes = request.input_bytes;
            next.started = now;
            break;
        case Ask::claim:
            next.claim = 0;  // this version's own LSN, not known yet
            next.lease_until = now + settings.lease;
            break;
        case Ask::progress:
            next.progress = request.progress;
            next.lease_until = request.gives_back ? now : now + settings.lease;
            break;
        case Ask::pass: {
            // The rows are gone through a second time now, from the first.
            const std::uint64_t validated = request.progress.validated;
            next.progress = {};
            next.progress.validated = validated;
            next.lease_until = now + settings.lease;
            break;
        }
        case Ask::refuse:
        case Ask::finish:
        case Ask::settle:
        case Ask::end_time:
            next.progress = request.progress;
            break;
        case Ask::fail:
            next.progress = request.progress;
            next.error = request.error;
            break;
        default:
            break;
    }
    if (names_a_lease(request.ask)) {
        next.claim = request.token;
    }
    if (is_terminal(next.phase)) {
        next.lease_until.reset();
        next.finished = now;
    }
}

}  // namespace

Decision decide(const Standing* standing, const Request& request, WallTime now,
                const LifeSettings& settings) {
    if (standing == nullptr) {
        return {rules.at(Phase::absent, request.ask).verdict, {}};
    }
    const Job& job = standing->job;
    const job::Rule<Phase> rule = rules.at(job.phase, request.ask);
    if (!job::moves(rule.verdict)) {
        return {rule.verdict, {}};
    }
    const job::Lsn token = fencing_token(job, standing->version);
    if (names_a_lease(request.ask) && (!job.lease_until || request.token != token)) {
        return {Verdict::lease_lost, {}};
    }
    if (is_early(job, request.ask, now, settings)) {
        return {Verdict::not_due, {}};
    }
    Decision decision{Verdict::applied, job};
    Job& next = decision.next;
    if (rule.next == Phase::absent) {
        next = {};
        return decision;
    }
    // Time in a job never runs backwards, whatever the clock does.
    const WallTime then = std::max(now, job.updated);
    next.phase = rule.next;
    next.updated = then;
    if (job.lease_until) {
        next.claim = token;
    }
    apply(request, then, settings, next);
    return decision;
}

WallTime due_at(const Standing& standing, const LifeSettings& settings) {
    const Job& job = standing.job;
    if (is_terminal(job.phase)) {
        return removal_at(job, settings);
    }
    if (job.phase == Phase::ready_for_upload) {
        return job.upload_until;
    }
    return job.lease_until.value_or(job.updated);
}

std::optional<Ask> due_ask(const Standing& standing, WallTime now, const LifeSettings& settings) {
    const Job& job = standing.job;
    if (now < due_at(standing, settings)) {
        return std::nullopt;
    }
    if (is_terminal(job.phase)) {
        return Ask::remove;
    }
    if (job.phase == Phase::ready_for_upload) {
        return Ask::end_window;
    }
    return std::nullopt;
}

WallTime time_is_up_at(const Job& job, const LifeSettings& settings) {
    return job.started.value_or(job.updated) + settings.run_time_max;
}

WallTime results_end_at(const Job& job, const LifeSettings& settings) {
    return job.finished.value_or(job.updated) + settings.results_kept;
}

}  // namespace belay::batches
