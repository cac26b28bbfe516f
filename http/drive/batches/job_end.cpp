// The end of a job, and of a run of it.
#include <algorithm>
#include <utility>

#include "http/drive/batches/job_rows.hpp"

namespace belay::batch_drive {
namespace {

using batches::Ask;
using batches::Phase;

class RemoveFile final : public http::BackgroundWork {
  public:
    RemoveFile(world::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

    void run() noexcept override {
        (void)disk_.remove(path_);  // what is left goes at the next start
    }

  private:
    world::Disk& disk_;
    const std::string path_;
};

}  // namespace

/// The last ask, whichever the record and the rows call for: a cancel may come at any time.
run::task<> JobRun::conclude() {
    for (look(); is_ours_; look()) {
        co_await write_rest();
        look();
        const batches::Request request = last_request();
        const Came came = co_await ask(request);
        if (came == Came::applied || (came != Came::declined && is_stopping_)) {
            co_return;
        }
        // Not due (the clock was set back), or the store is short of something.
        if (came == Came::later || request.ask == Ask::end_time) {
            co_await nap();
        }
    }
}

/// What rows have come to is made durable, if it can be.
run::task<> JobRun::write_rest() {
    const bool makes_file = is_refused_ || (work_ == Work::done && phase_ != Phase::cancelling);
    while (!is_output_lost_) {
        // Lines that an earlier run wrote and nobody counted are cut off by the first flush.
        const bool may_be_longer = output_->durable_bytes() != 0 && !is_stopping_;
        if (ended_unflushed_ == 0 && !makes_file && !may_be_longer) {
            co_return;
        }
        output_->begin_flush();
        co_await house_.parts.background.run(house_.parts.shard, *output_);
        if (!output_->error()) {
            counted_.output_bytes = output_->durable_bytes();
            ended_unflushed_ = 0;
            co_return;
        }
        if (is_stopping_ ||
            !is_to_be_borne(writing_, output_->error(), "The output file cannot be written")) {
            is_output_lost_ = true;
            co_return;
        }
        co_await nap();
    }
}

batches::Request JobRun::last_request() const {
    batches::Request request{.ask = Ask::progress};
    const bool is_refusal_void = is_refused_ && phase_ == Phase::cancelling;
    request.progress = is_output_lost_ || is_refusal_void ? durable_ : progress();
    if (is_output_lost_ && failure_.empty()) {
        request.ask = Ask::progress;  // the next process has the rows answered once more
    } else if (phase_ == Phase::cancelling) {
        const bool is_settled = work_ != Work::left || !failure_.empty() || is_refused_;
        request.ask = is_settled ? Ask::settle : Ask::progress;
    } else if (!failure_.empty()) {
        request.ask = Ask::fail;
        request.error = failure_;
    } else if (is_refused_) {
        request.ask = Ask::refuse;
    } else if (work_ == Work::done) {
        request.ask = Ask::finish;
    } else if (work_ == Work::settled && !is_stopping_) {
        request.ask = Ask::end_time;
    }
    request.gives_back = request.ask == Ask::progress;
    return request;
}

/// After the end: the input has served, and time has to do with the rest.
run::task<> JobRun::let_go() {
    look();
    const WallTime time = house_.parts.lane.now();
    const job::RecordId record{batches::batch_kind, id_};
    if (batches::is_running(phase_)) {
        house_.parts.agenda.note(record, time + house_.settings.life.lease, time);
        co_return;
    }
    house_.parts.agenda.note(record, time + house_.settings.life.results_kept, time);
    if (batches::is_terminal(phase_)) {
        RemoveFile remove(house_.parts.disk, input_file_.path);
        co_await house_.parts.background.run(house_.parts.shard, remove);
    }
}

}  // namespace belay::batch_drive
