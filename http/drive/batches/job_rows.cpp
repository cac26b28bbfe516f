#include "http/drive/batches/job_rows.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "core/run/yield.hpp"

namespace belay::batch_drive {
namespace {

using batches::Phase;

/// Rows begun before others of the shard have their turn.
constexpr int burst_rows = 64;

/// Of input, held by rows that are under way; one row may always be.
constexpr std::size_t bytes_under_way_max = std::size_t{4} << 20;

/// Of output that is not written yet: above it no row is begun.
constexpr std::size_t pending_bytes_max = std::size_t{4} << 20;

constexpr auto is_later = [](const auto& one, const auto& other) { return one->due > other->due; };

}  // namespace

run::task<> JobRun::run_rows() {
    open_input({durable_.rows.ended, durable_.rows.offset, durable_.rows.line});
    std::optional<Work> found;
    while (!found) {
        news_.reset();
        look();
        begin_rows();
        look_at_input_error();
        keep_books();
        found = outcome();
        if (found) {
            break;
        }
        if (has_more_) {
            run::Yield again(house_.parts.shard);
            co_await again;
            continue;
        }
        arm_tick();
        co_await news_.wait();
    }
    tick_.disarm();
    work_ = *found;
    // What waits has been judged, or is the next process's.
    waiting_.clear();
}

JobRun::Mode JobRun::mode() const noexcept {
    if (!is_ours_ || is_stopping_ || !failure_.empty()) {
        return Mode::leaving;
    }
    if (phase_ != Phase::in_progress || is_time_up_) {
        return Mode::settling;
    }
    return Mode::sending;
}

/// What the rows have come to, if nothing is under way and nothing is to be begun any more.
std::optional<JobRun::Work> JobRun::outcome() const {
    if (in_flight_ != 0 || is_reading_ || is_flushing_) {
        return std::nullopt;
    }
    const bool is_read = input_->is_at_end();
    const bool are_all_done = is_read && waiting_.empty() && window_.under_way() == 0;
    switch (mode()) {
        case Mode::leaving:
            return are_all_done ? Work::done : Work::left;
        case Mode::settling: {
            const bool is_settled =
                waiting_.empty() && (is_read || window_.next() >= inherited_until_);
            return is_settled ? std::optional(are_all_done ? Work::done : Work::settled)
                              : std::nullopt;
        }
        case Mode::sending:
            break;
    }
    return is_read && waiting_.empty() ? std::optional(Work::done) : std::nullopt;
}

void JobRun::begin_rows() {
    has_more_ = false;
    for (int begun = 0; begun < burst_rows; ++begun) {
        if (!begin_row()) {
            return;
        }
        // Before the next one the record is read again.
        look();
    }
    has_more_ = true;
}

/// False: none may be begun now, or none is at hand.
bool JobRun::begin_row() {
    const Mode present = mode();
    if (present == Mode::leaving) {
        return false;
    }
    if (present == Mode::settling) {
        settle_what_waits();
    }
    // While the disk fails, what is answered could not be written.
    if (in_flight_ >= house_.share || writing_.since ||
        output_->pending_bytes() >= pending_bytes_max) {
        return false;
    }
    if (present == Mode::sending && pace_.next(now())) {
        return false;
    }
    if (RowRunPtr row = take_waiting()) {
        begin(std::move(row));
        return true;
    }
    return may_take_input() && take_input();
}

bool JobRun::may_take_input() const noexcept {
    if (is_reading_ || !window_.has_room() || bytes_under_way_ >= bytes_under_way_max) {
        return false;
    }
    return window_.next() < (mode() == Mode::sending ? durable_.rows.sent_until : inherited_until_);
}

bool JobRun::take_input() {
    const std::optional<InputRow> input = input_->next();
    if (!input) {
        return false;
    }
    check(input->number == window_.next(), "rows come in the order of the file");
    place_ = input_->next_place();
    const std::uint64_t bytes = place_.offset - input->offset;
    if (!window_.begin(input->offset, input->line)) {
        return true;  // it had ended before
    }
    if (!input->row) {
        if (mode() == Mode::sending) {
            text_.clear();
            batches::append_refused_line({input->line, input->row.error()}, text_);
            output_->append(text_);
            window_.end(input->number);
            count(false);
        }
        return true;
    }
    auto row = std::make_unique<RowRun>();
    row->number = input->number;
    row->row = *input->row;
    row->key = job_name_ + ":" + row->row.id;
    row->bytes = static_cast<std::size_t>(bytes);
    row->again_until = now() + row_under_way_max;
    row->tries.may_be_done = row->number < inherited_until_;
    row->known_until = (row->tries.may_be_done ? inherited_since_ : house_.parts.lane.now()) +
                       target_->keys_kept(rows_of_);
    bytes_under_way_ += row->bytes;
    begin(std::move(row));
    return true;
}

/// The earliest that is due.
JobRun::RowRunPtr JobRun::take_waiting() {
    if (waiting_.empty() || waiting_.front()->due > now()) {
        return nullptr;
    }
    std::pop_heap(waiting_.begin(), waiting_.end(), is_later);
    RowRunPtr row = std::move(waiting_.back());
    waiting_.pop_back();
    return row;
}

/// The record has just been read.
void JobRun::begin(RowRunPtr row) {
    const bool is_sent = mode() == Mode::sending;
    if (row->tries.may_be_done && house_.parts.lane.now() >= row->known_until) {
        record(*row, outcome_unknown());
        return;
    }
    if (!is_sent && !row->tries.may_be_done) {
        check(row->last.has_value(), "a row that waits was sent");
        record(*row, *row->last);
        return;
    }
    ++in_flight_;
    house_.counts.rows_in_flight.fetch_add(1, std::memory_order_relaxed);
    if (is_sent && (!row->tries.may_be_done || now() < row->again_until)) {
        const bool is_in_pace = pace_.take(now());
        check(is_in_pace, "a row is sent when its turn has come");
        house_.counts.rows_sent.fetch_add(1, std::memory_order_relaxed);
        ++begun_;
        const bool begun = house_.parts.shard.spawn(house_.gate, send(std::move(row)));
        check(begun, "the gate is open while rows are begun");
        return;
    }
    const bool begun = house_.parts.shard.spawn(house_.gate, settle(std::move(row)));
    check(begun, "the gate is open while rows are begun");
}

run::task<> JobRun::send(RowRunPtr row) {
    RowAnswer answer = co_await target_->send(rows_of_, row->row, row->key, row->tries);
    --in_flight_;
    house_.counts.rows_in_flight.fetch_sub(1, std::memory_order_relaxed);
    if (answer.kind == RowAnswer::Kind::final) {
        record(*row, answer);
    } else {
        const Milliseconds wait = answer.wait;
        if (answer.holds_all) {
            pace_.hold_until(now() + wait);
        }
        row->last = std::move(answer);
        put_off(std::move(row), wait);
    }
    news_.set();
}

/// Finds out what a row came to that may have been sent, without sending it.
run::task<> JobRun::settle(RowRunPtr row) {
    std::optional<RowAnswer> answer = co_await target_->settle(rows_of_, row->row, row->key);
    --in_flight_;
    house_.counts.rows_in_flight.fetch_sub(1, std::memory_order_relaxed);
    if (!answer) {
        bytes_under_way_ -= row->bytes;  // it was not done and never will be: it is in no output
    } else if (answer->kind == RowAnswer::Kind::final) {
        record(*row, *answer);
    } else {
        put_off(std::move(row), answer->wait);
    }
    news_.set();
}

void JobRun::put_off(RowRunPtr row, Milliseconds wait) {
    row->due = now() + wait;
    waiting_.push_back(std::move(row));
    std::push_heap(waiting_.begin(), waiting_.end(), is_later);
}

/// Once: what waits to be sent again is to be settled, for which it need not wait.
void JobRun::settle_what_waits() {
    if (is_settling_) {
        return;
    }
    is_settling_ = true;
    const world::MonotonicTime time = now();
    for (const RowRunPtr& row : waiting_) {
        row->due = std::min(row->due, time);
    }
    std::make_heap(waiting_.begin(), waiting_.end(), is_later);
}

void JobRun::record(const RowRun& row, const RowAnswer& answer) {
    text_.clear();
    batches::append_output_line(row.row.id, answer.response, answer.status, text_);
    output_->append(text_);
    window_.end(row.number);
    bytes_under_way_ -= row.bytes;
    count(answer.has_succeeded());
}

void JobRun::count(bool has_succeeded) noexcept {
    ++ended_unflushed_;
    ++(has_succeeded ? counted_.succeeded : counted_.failed);
    (has_succeeded ? house_.counts.rows_succeeded : house_.counts.rows_failed)
        .fetch_add(1, std::memory_order_relaxed);
}

}  // namespace belay::batch_drive
