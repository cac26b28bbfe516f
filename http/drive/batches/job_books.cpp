// What of a job's rows is read ahead, and what is made durable.
#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "http/drive/batches/job_rows.hpp"

namespace belay::batch_drive {
namespace {

using batches::Ask;

constexpr std::size_t flush_bytes = std::size_t{1} << 20;

/// So many rows are made sendable at least: what a crash leaves in doubt of rows that were not
/// sent.
constexpr std::uint64_t stride_min = 16;

}  // namespace

void JobRun::open_input(InputPlace place) {
    place_ = place;
    input_ = std::make_unique<InputRows>(
        house_.parts.disk, input_file_, rows_of_.path,
        skips_validation_ ? InputRows::Repeats::fail : InputRows::Repeats::none, place);
}

batches::Progress JobRun::progress() const {
    batches::Progress made = counted_;
    made.validated = std::max(made.validated, durable_.validated);
    if (input_) {
        made.rows = window_.checkpoint(place_.offset, place_.line);
        made.rows.sent_until = durable_.rows.sent_until;
    }
    return made;
}

std::uint64_t JobRun::wanted_sent_until() const noexcept {
    return std::max(durable_.rows.sent_until,
                    std::min(window_.next() + stride_, window_.end_of_room()));
}

bool JobRun::is_flush_due() const {
    const world::MonotonicTime time = now();
    if (not_before_ && time < *not_before_) {
        return false;
    }
    if (writing_.since) {
        return !writing_.again_at || time >= *writing_.again_at;
    }
    if (output_->pending_bytes() >= flush_bytes ||
        time - renewed_at_ >= house_.settings.life.lease / 3) {
        return true;
    }
    const bool is_time = time - flushed_at_ >= house_.settings.progress_interval;
    if (is_time && ended_unflushed_ != 0) {
        return true;
    }
    const bool is_read = !is_reading_ && input_->is_at_end();
    if (mode() != Mode::sending || is_read) {
        return false;
    }
    // Rows are made sendable before those that are run out.
    const std::uint64_t until = durable_.rows.sent_until;
    const std::uint64_t more = wanted_sent_until() - until;
    return window_.next() + stride_ / 2 >= until &&
           more >= (is_time || window_.next() >= until ? 1 : stride_ / 2);
}

/// Reads ahead, and makes durable what is to be.
void JobRun::keep_books() {
    if (mode() == Mode::leaving) {
        return;
    }
    const bool wants_rows = mode() == Mode::sending || window_.next() < inherited_until_;
    if (wants_rows && !is_reading_ && input_->wants_run()) {
        is_reading_ = true;
        const bool begun = house_.parts.shard.spawn(house_.gate, read_ahead());
        check(begun, "the gate is open while rows are begun");
    }
    stride_ = std::max(stride_, stride_min);
    if (!is_flushing_ && is_flush_due()) {
        is_flushing_ = true;
        const bool begun = house_.parts.shard.spawn(house_.gate, flush());
        check(begun, "the gate is open while rows are begun");
    }
}

run::task<> JobRun::read_ahead() {
    co_await house_.parts.background.run(house_.parts.shard, *input_);
    is_reading_ = false;
    if (!input_->error()) {
        reading_ = {};
    }
    news_.set();
}

/// What could not be read is read once more, from the row that would be the next.
void JobRun::look_at_input_error() {
    if (is_reading_ || !input_->error() || mode() == Mode::leaving) {
        return;
    }
    if (!reading_.again_at) {
        (void)is_to_be_borne(reading_, input_->error(), "The input file cannot be read");
    } else if (now() >= *reading_.again_at) {
        reading_.again_at.reset();
        open_input(place_);
    }
}

run::task<> JobRun::flush() {
    // What was sent since the last one, twice, is sent until the next but one.
    stride_ = std::clamp<std::uint64_t>(2 * (begun_ - begun_at_flush_), stride_min,
                                        batches::window_rows_max);
    begun_at_flush_ = begun_;
    const std::uint64_t ended = std::exchange(ended_unflushed_, 0);
    batches::Request request{.ask = Ask::progress, .progress = progress()};
    if (mode() == Mode::sending) {
        request.progress.rows.sent_until = wanted_sent_until();
    }
    output_->begin_flush();
    co_await house_.parts.background.run(house_.parts.shard, *output_);
    flushed_at_ = now();
    Came came = Came::later;
    if (output_->error()) {
        (void)is_to_be_borne(writing_, output_->error(), "The output file cannot be written");
    } else {
        writing_ = {};
        request.progress.output_bytes = output_->durable_bytes();
        counted_.output_bytes = output_->durable_bytes();
        came = co_await ask(request);
        if (came == Came::later) {
            not_before_ = now() + std::chrono::seconds(1);
        }
    }
    if (came != Came::applied) {
        ended_unflushed_ += ended;
    }
    is_flushing_ = false;
    news_.set();
}

void JobRun::arm_tick() {
    tick_.disarm();
    const world::MonotonicTime time = now();
    world::MonotonicTime due = time + std::chrono::seconds(1);
    if (!waiting_.empty()) {
        due = std::min(due, waiting_.front()->due);
    }
    if (const auto next = pace_.next(time)) {
        due = std::min(due, *next);
    }
    if (ended_unflushed_ != 0) {
        due = std::min(due, flushed_at_ + house_.settings.progress_interval);
    }
    for (const auto& again : {not_before_, reading_.again_at, writing_.again_at}) {
        if (again && time < *again) {
            due = std::min(due, *again);
        }
    }
    const auto left = due - time;
    house_.parts.shard.arm(tick_, left <= std::chrono::milliseconds(50)    ? short_ticks_
                                  : left <= std::chrono::milliseconds(500) ? middle_ticks_
                                                                           : long_ticks_);
}

}  // namespace belay::batch_drive
