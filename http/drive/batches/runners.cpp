#include "http/drive/batches/runners.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "http/drive/batches/job_run.hpp"

namespace belay::batch_drive {

Runners::Runners(const RunnerParts& parts, const RunnerSettings& settings)
    : parts_(parts), settings_(settings), work_(parts.shard), share_(settings.max_in_flight) {
    check(settings.max_in_flight > 0 && settings.jobs_max > 0, "something may be under way");
    parts.inbox.wake_with(parts.shard);
    parts.shard.add_turn(*this);
}

Runners::~Runners() = default;

void Runners::start() {
    const bool started = parts_.shard.spawn(gate_, work());
    check(started, "runners start once, before they are stopped");
}

void Runners::stop(std::function<void()> when_idle) {
    is_stopping_ = true;
    for (const auto& [id, job] : jobs_) {
        job->stop();
    }
    work_.set();
    gate_.close(std::move(when_idle));
}

void Runners::end_turn() noexcept {
    if (parts_.inbox.has_news()) {
        work_.set();
    }
}

run::task<> Runners::work() {
    while (!is_stopping_) {
        work_.reset();
        if (parts_.inbox.take_missed()) {
            survey();
        }
        while (const std::optional<job::Uuid> id = parts_.inbox.take()) {
            learn(*id);
        }
        begin_jobs(to_end_);
        begin_jobs(to_run_);
        note_counts();
        co_await work_.wait();
    }
}

void Runners::survey() {
    std::vector<std::pair<job::Uuid, Need>> found;
    parts_.lane.walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (id.kind == batches::batch_kind) {
            const Need need = need_of(id.id, record);
            if (need != Need::nothing) {
                found.emplace_back(id.id, need);
            }
        }
    });
    std::sort(found.begin(), found.end());  // ids order by creation
    for (const auto& [id, need] : found) {
        enqueue(id, need);
    }
    for (const auto& [id, job] : jobs_) {
        job->look_soon();
    }
}

void Runners::learn(const job::Uuid& id) {
    const auto running = jobs_.find(id);
    if (running != jobs_.end()) {
        running->second->look_soon();
        return;
    }
    enqueue(id, need_of(id));
}

void Runners::enqueue(const job::Uuid& id, Need need) {
    if (need == Need::nothing || jobs_.contains(id)) {
        return;
    }
    Queue& queue = need == Need::to_run ? to_run_ : to_end_;
    if (queue.queued.insert(id).second) {
        queue.waiting.push_back(id);
    }
}

Runners::Need Runners::need_of(const job::Uuid& id) {
    Need need = Need::nothing;
    parts_.lane.read({batches::batch_kind, id},
                     [&](const store::RecordView& record) { need = need_of(id, record); });
    return need;
}

Runners::Need Runners::need_of(const job::Uuid& id, const store::RecordView& record) {
    const result<batches::Job> job = batches::decode_job(record.value);
    if (!job || !batches::is_running(job->phase)) {
        return Need::nothing;
    }
    const WallTime now = parts_.lane.now();
    if (job->lease_until && now < *job->lease_until) {
        parts_.agenda.note({batches::batch_kind, id}, *job->lease_until, now);
        return Need::nothing;
    }
    const bool is_over = job->phase == batches::Phase::cancelling ||
                         now >= batches::time_is_up_at(*job, settings_.life);
    return is_over ? Need::to_end : Need::to_run;
}

void Runners::begin_jobs(Queue& queue) {
    while (!is_stopping_ && !queue.waiting.empty() && queue.running < settings_.jobs_max) {
        const job::Uuid id = queue.waiting.front();
        queue.waiting.pop_front();
        queue.queued.erase(id);
        // One that waited to run may have been canceled meanwhile, and be under way already.
        if (jobs_.contains(id) || need_of(id) == Need::nothing) {
            continue;
        }
        ++queue.running;
        const JobRun::House house{parts_, settings_, gate_, counts_, share_};
        jobs_.emplace(id, std::make_unique<JobRun>(house, id));
        note_counts();
        const bool begun = parts_.shard.spawn(gate_, run_job(id, queue));
        check(begun, "the gate is open while jobs are begun");
    }
}

run::task<> Runners::run_job(job::Uuid id, Queue& queue) {
    {
        const run::task<> running = jobs_.at(id)->run();
        co_await running;
    }
    jobs_.erase(id);
    --queue.running;
    // Of what came meanwhile the job was told, not the queue.
    learn(id);
    work_.set();
}

void Runners::note_counts() noexcept {
    share_ =
        std::max<std::size_t>(1, settings_.max_in_flight / std::max<std::size_t>(1, jobs_.size()));
    counts_.jobs_running.store(jobs_.size(), std::memory_order_relaxed);
    counts_.jobs_waiting.store(to_run_.waiting.size() + to_end_.waiting.size(),
                               std::memory_order_relaxed);
}

}  // namespace belay::batch_drive
