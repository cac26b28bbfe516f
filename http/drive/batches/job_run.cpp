#include "http/drive/batches/job_run.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/batches/job_id.hpp"
#include "http/drive/batches/batch_move.hpp"
#include "http/drive/batches/creator.hpp"
#include "http/drive/batches/job_rows.hpp"

namespace belay::batch_drive {
namespace {

using batches::Ask;
using batches::Phase;

constexpr Milliseconds short_tick(5);
constexpr Milliseconds middle_tick(50);
/// A jump of the clock is noticed so soon.
constexpr Milliseconds long_tick(500);
constexpr Milliseconds another_look(1000);

bool is_for_ever(const boost::system::error_code& error) {
    return error == Error::corrupt || error == boost::system::errc::no_such_file_or_directory;
}

}  // namespace

class JobRun::Move final : public BatchMove {
  public:
    Move(run::Shard& shard, const job::Uuid& id, const batches::Request& request,
         const batches::LifeSettings& life, BatchEvent event)
        : BatchMove(id, request, life, std::move(event)), done_(shard) {}

    void done(const store::Receipt& receipt) noexcept override {
        BatchMove::done(receipt);
        done_.set();
    }

    run::Event& finished() noexcept { return done_; }

    Came came() const noexcept {
        if (applied()) {
            return Came::applied;
        }
        switch (receipt().status) {
            case store::Status::committed:
            case store::Status::declined:
                return Came::declined;
            case store::Status::stopped:
                return Came::never;
            default:
                return Came::later;
        }
    }

  private:
    run::Event done_;
};

class JobRun::Nap final : public run::Deadline {
  public:
    explicit Nap(run::Shard& shard) noexcept : over_(shard) {}

    run::Event& over() noexcept { return over_; }

  private:
    void expired() override { over_.set(); }
    run::Event over_;
};

JobRun::JobRun(const House& house, const job::Uuid& id)
    : house_(house),
      id_(id),
      short_ticks_(house.parts.shard.deadlines().of_length(short_tick)),
      middle_ticks_(house.parts.shard.deadlines().of_length(middle_tick)),
      long_ticks_(house.parts.shard.deadlines().of_length(long_tick)),
      naps_(house.parts.shard.deadlines().of_length(another_look)),
      news_(house.parts.shard),
      job_name_(batches::format_job_id(id)) {}

JobRun::~JobRun() = default;

world::MonotonicTime JobRun::now() const noexcept {
    return house_.parts.shard.clock().monotonic();
}

run::task<> JobRun::run() {
    const bool is_claimed = co_await claim();
    if (!is_claimed) {
        co_return;
    }
    co_await work();
    co_await conclude();
    co_await let_go();
}

run::task<bool> JobRun::claim() {
    // Its texts stay as they were made; what else there is the claim's own version says.
    std::string bytes;
    const job::RecordId record{batches::batch_kind, id_};
    house_.parts.lane.read(record,
                           [&](const store::RecordView& found) { bytes = as_text(found.value); });
    const result<batches::Job> before = batches::decode_job(as_byte_span(bytes));
    if (!before || !batches::is_running(before->phase)) {
        co_return false;
    }
    tenant_ = before->tenant;
    is_live_ = before->is_live;
    Move move(house_.parts.shard, id_, {.ask = Ask::claim}, house_.settings.life,
              BatchEvent::of(house_.parts.lane, tenant_, is_live_, id_, Ask::claim));
    house_.parts.lane.submit(move);
    co_await move.finished().wait();
    if (!move.applied()) {
        if (move.came() != Came::declined) {
            co_await nap();
        }
        co_return false;
    }
    move.event().tell(house_.parts.events);
    token_ = move.receipt().lsn;
    batches::Job job = move.job();
    job.path = before->path;
    job.subject = before->subject;
    job.scopes = before->scopes;
    take_up(job, before->updated);
    co_return true;
}

void JobRun::take_up(const batches::Job& job, WallTime stood_since) {
    path_ = job.path;
    const std::optional<batches::PathTemplate> path = batches::PathTemplate::parse(path_);
    upload_ = job.upload;
    skips_validation_ = job.skips_validation;
    input_file_ = {batches::input_path(id_, upload_), job.input_bytes};
    rows_of_.job = id_;
    rows_of_.method = job.method;
    rows_of_.creator = creator_of(job);
    rows_of_.suppresses_events = job.suppresses_events;
    time_is_up_at_ = batches::time_is_up_at(job, house_.settings.life);
    durable_ = job.progress;
    counted_ = job.progress;
    inherited_since_ = std::max(job.started.value_or(stood_since), stood_since - row_under_way_max);
    inherited_until_ = durable_.rows.sent_until;
    window_ = batches::Window(durable_.rows);
    pace_ =
        batches::Pace(job.rows_per_second ? *job.rows_per_second : house_.settings.rows_per_second);
    output_ = std::make_unique<OutputFile>(house_.parts.disk, batches::output_path(id_, upload_),
                                           durable_.output_bytes);
    renewed_at_ = now();
    flushed_at_ = renewed_at_;
    look();
    const auto found = path ? house_.parts.endpoints.find(*path, job.method) : std::nullopt;
    if (found) {
        rows_of_.path = *path;
        target_ = found->destination == Destination::in_process ? &house_.parts.in_process
                                                                : house_.parts.upstream;
    }
    if (target_ == nullptr) {
        fail("The endpoint of this batch job is not supported any more.");
    }
}

/// What the record says now. Cheap while it has not changed: it is read before every row.
void JobRun::look() {
    const job::RecordId record{batches::batch_kind, id_};
    const bool is_there = house_.parts.lane.read(record, [this](const store::RecordView& found) {
        if (found.lsn == seen_) {
            return;
        }
        seen_ = found.lsn;
        const result<batches::Job> job = batches::decode_job(found.value);
        phase_ = job ? job->phase : Phase::absent;
        is_ours_ = job && job->lease_until.has_value() &&
                   batches::fencing_token(*job, found.lsn) == token_;
    });
    if (!is_there) {
        seen_ = 0;
        phase_ = Phase::absent;
        is_ours_ = false;
    }
    is_time_up_ = is_time_up_ || house_.parts.lane.now() >= time_is_up_at_;
}

/// Whether a validation that runs is to end. What it then comes to is said.
bool JobRun::is_interrupted() noexcept {
    look();
    if (is_ours_ && !is_stopping_ && (is_time_up_ || phase_ == Phase::cancelling)) {
        work_ = Work::settled;
        return true;
    }
    return !is_ours_ || is_stopping_;
}

run::task<JobRun::Came> JobRun::ask(batches::Request request) {
    request.token = token_;
    Move move(house_.parts.shard, id_, request, house_.settings.life,
              BatchEvent::of(house_.parts.lane, tenant_, is_live_, id_, request.ask));
    house_.parts.lane.submit(move);
    co_await move.finished().wait();
    if (move.applied()) {
        durable_ = move.job().progress;
        renewed_at_ = now();
        move.event().tell(house_.parts.events);
    } else if (move.came() == Came::never) {
        is_stopping_ = true;
    }
    co_return move.came();
}

run::task<> JobRun::nap() {
    Nap nap(house_.parts.shard);
    house_.parts.shard.arm(nap, naps_);
    co_await nap.over().wait();
}

void JobRun::fail(std::string_view why) {
    if (failure_.empty()) {
        failure_ = why.substr(0, batches::error_text_bytes_max);
    }
    news_.set();
}

bool JobRun::is_to_be_borne(Trouble& trouble, const boost::system::error_code& error,
                            std::string_view what) {
    const world::MonotonicTime time = now();
    if (!trouble.since) {
        trouble.since = time;
    }
    trouble.again_at = time + another_look;
    if (!is_for_ever(error) && time - *trouble.since < house_.settings.disk_patience) {
        return true;
    }
    fail(std::string(what) + ": " + error.message() + ".");
    return false;
}

run::task<> JobRun::work() {
    if (phase_ == Phase::validating && failure_.empty()) {
        co_await validate();
    } else if (phase_ == Phase::cancelling && inherited_until_ <= durable_.rows.ended) {
        work_ = Work::settled;
    }
    look();
    const bool has_rows = phase_ == Phase::in_progress ||
                          (phase_ == Phase::cancelling && work_ == Work::left && !is_refused_);
    if (is_ours_ && has_rows && failure_.empty()) {
        co_await run_rows();
    }
}

run::task<> JobRun::validate() {
    while (failure_.empty()) {
        const auto check =
            std::make_unique<InputCheck>(house_.parts.disk, input_file_, rows_of_.path);
        const bool is_over = co_await check_input(*check);
        if (!is_over) {
            co_return;
        }
        if (check->fault()) {
            append_refused_line(*check->fault(), text_);
            output_->append(text_);
            counted_.validated = std::max(durable_.validated, check->rows_good());
            counted_.failed = 1;
            is_refused_ = true;
            co_return;
        }
        if (!check->error()) {
            co_await pass(check->rows_good());
            co_return;
        }
        if (is_to_be_borne(reading_, check->error(), "The input file cannot be read")) {
            co_await nap();
        }
    }
}

/// False: it was interrupted.
run::task<bool> JobRun::check_input(InputCheck& check) {
    world::MonotonicTime told_at = now();
    while (!check.is_done()) {
        co_await house_.parts.background.run(house_.parts.shard, check);
        if (is_interrupted()) {
            check.give_up();
            co_await house_.parts.background.run(house_.parts.shard, check);
            co_return false;
        }
        const bool has_news = check.rows_good() > durable_.validated;
        const Milliseconds since =
            std::chrono::duration_cast<Milliseconds>(now() - std::max(told_at, renewed_at_));
        if ((has_news && since >= house_.settings.progress_interval) ||
            since >= house_.settings.life.lease / 3) {
            batches::Request request{.ask = Ask::progress, .progress = durable_};
            request.progress.validated = std::max(durable_.validated, check.rows_good());
            told_at = now();
            co_await ask(request);
        }
    }
    co_return true;
}

run::task<> JobRun::pass(std::uint64_t rows) {
    batches::Request request{.ask = Ask::pass};
    request.progress.validated = rows;
    while (!is_interrupted() && phase_ == Phase::validating) {
        const Came came = co_await ask(request);
        if (came == Came::applied) {
            counted_ = durable_;
        } else if (came == Came::later) {
            co_await nap();
        }
    }
}

}  // namespace belay::batch_drive
