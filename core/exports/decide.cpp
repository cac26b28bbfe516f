#include "core/exports/decide.hpp"

#include <algorithm>

namespace belay::exports {
namespace {

using job::Verdict;

bool names_a_lease(Ask ask) {
    return ask == Ask::progress || ask == Ask::succeed || ask == Ask::retry || ask == Ask::fail ||
           ask == Ask::release;
}

WallTime end_of(const Job& job) {
    return job.finished.value_or(job.updated);
}

WallTime removal_at(const Job& job, const LifeSettings& settings) {
    return end_of(job) + settings.retention;
}

/// Whether a timer or a worker asks for something whose time has not come.
bool is_early(const Standing& standing, Ask ask, WallTime now, const LifeSettings& settings) {
    const Job& job = standing.job;
    switch (ask) {
        case Ask::claim:
            return job.next_try && now < *job.next_try;
        case Ask::lapse:
            return job.lease_until && now < *job.lease_until;
        case Ask::expire:
            return now < expires_at(standing.id);
        case Ask::remove:
            return now < removal_at(job, settings);
        default:
            return false;
    }
}

Milliseconds retry_delay(std::uint32_t attempts, const LifeSettings& settings) {
    Milliseconds delay = settings.retry_delay;
    for (std::uint32_t doubled = 1; doubled < attempts && delay < settings.retry_delay_max;
         ++doubled) {
        delay *= 2;
    }
    return std::min(delay, settings.retry_delay_max);
}

/// The fields that change with the phase, besides phase and time.
void apply(const Standing& standing, const Request& request, Ask ask, WallTime now,
           const LifeSettings& settings, Job& next) {
    switch (ask) {
        case Ask::claim:
            next.claim = 0;  // this version's own LSN, not known yet
            next.attempts += 1;
            next.started = now;
            next.records_written = 0;
            next.next_try.reset();
            next.lease_until = now + settings.lease;
            break;
        case Ask::progress:
            next.claim = request.token;
            next.records_written = request.records_written;
            next.lease_until = now + settings.lease;
            break;
        case Ask::succeed:
            next.claim = request.token;
            next.records_written = request.records_written;
            next.bytes_written = request.bytes_written;
            next.sha256 = request.sha256;
            next.lease_until.reset();
            next.finished = now;
            break;
        case Ask::retry:
            next.claim = request.token;
            next.error = request.error;
            next.next_try = now + retry_delay(standing.job.attempts, settings);
            next.lease_until.reset();
            break;
        case Ask::fail:
            next.claim = request.token;
            next.error = request.error;
            next.lease_until.reset();
            next.finished = now;
            break;
        case Ask::release:
        case Ask::lapse:
            next.claim = fencing_token(standing.job, standing.version);
            next.attempts -= 1;  // a worker that went away is no failed attempt
            next.lease_until.reset();
            break;
        case Ask::cancel:
            next.claim = standing.job.phase == Phase::running
                             ? fencing_token(standing.job, standing.version)
                             : standing.job.claim;
            next.lease_until.reset();
            next.next_try.reset();
            next.finished = now;
            break;
        case Ask::expire:
            next.next_try.reset();
            break;
        case Ask::create:
        case Ask::remove:
        case Ask::count_:
            break;
    }
}

}  // namespace

Decision decide(const Standing* standing, const Request& request, WallTime now,
                const LifeSettings& settings) {
    if (standing == nullptr) {
        return {rules.at(Phase::absent, request.ask).verdict, {}};
    }
    const Job& job = standing->job;
    Ask ask = request.ask;
    if (ask == Ask::fail && job.attempts < settings.attempts_max) {
        ask = Ask::retry;
    }
    const job::Rule<Phase> rule = rules.at(job.phase, ask);
    if (!job::moves(rule.verdict)) {
        return {rule.verdict, {}};
    }
    if (names_a_lease(ask) && request.token != fencing_token(job, standing->version)) {
        return {Verdict::lease_lost, {}};
    }
    if (ask == Ask::claim && now >= expires_at(standing->id)) {
        return {Verdict::wrong_phase, {}};  // its week is over: it waits for expiry only
    }
    if (is_early(*standing, ask, now, settings)) {
        return {Verdict::not_due, {}};
    }
    Decision decision{rule.verdict, job};
    // Time in a job never runs backwards, whatever the clock does.
    const WallTime time = std::max(now, job.updated);
    apply(*standing, request, ask, time, settings, decision.next);
    decision.next.phase = rule.next;
    decision.next.updated = time;
    return decision;
}

Job make_job(const job::TenantId& tenant, const job::Uuid& context, ReportType report,
             Format format, const Filter& filter, WallTime now) {
    Job job;
    job.tenant = tenant;
    job.context = context;
    job.report = report;
    job.format = format;
    job.filter = filter;
    job.phase = rules.at(Phase::absent, Ask::create).next;
    job.updated = now;
    return job;
}

WallTime due_at(const Standing& standing, const LifeSettings& settings) {
    const Job& job = standing.job;
    switch (job.phase) {
        case Phase::queued:
            return std::min(job.next_try.value_or(job.updated), expires_at(standing.id));
        case Phase::running:
            return job.lease_until.value_or(job.updated);
        case Phase::succeeded:
            return expires_at(standing.id);
        case Phase::failed:
        case Phase::expired:
        case Phase::canceled:
            return removal_at(job, settings);
        case Phase::absent:
        case Phase::count_:
            break;
    }
    return WallTime::max();
}

std::optional<Ask> due_ask(const Standing& standing, WallTime now, const LifeSettings& settings) {
    if (now < due_at(standing, settings)) {
        return std::nullopt;
    }
    switch (standing.job.phase) {
        case Phase::queued:
            return now >= expires_at(standing.id) ? std::optional(Ask::expire) : std::nullopt;
        case Phase::running:
            return Ask::lapse;
        case Phase::succeeded:
            return Ask::expire;
        case Phase::failed:
        case Phase::expired:
        case Phase::canceled:
            return Ask::remove;
        case Phase::absent:
        case Phase::count_:
            break;
    }
    return std::nullopt;
}

}  // namespace belay::exports
