#include "http/drive/batches/input_rows.hpp"

#include <utility>

namespace belay::batch_drive {
namespace {

using batches::RepeatedIds;

/// What a row takes beside its text, about.
constexpr std::size_t row_overhead_bytes = 256;

}  // namespace

InputRows::InputRows(world::Disk& disk, InputFile file, const batches::PathTemplate& path,
                     Repeats repeats, const InputPlace& from, const InputBounds& bounds)
    : disk_(disk),
      file_(std::move(file)),
      path_(path),
      bounds_(bounds),
      stage_(repeats == Repeats::fail ? Stage::noting : Stage::reading),
      rows_read_(from.row),
      place_(from) {
    if (repeats == Repeats::fail) {
        ids_ = std::make_unique<RepeatedIds>(disk, file_.path + std::string(temporary_suffix),
                                             RepeatedIds::Wanted::all, bounds.ids_memory_bytes);
    }
}

std::optional<InputRow> InputRows::next() {
    if (rows_.empty()) {
        return std::nullopt;
    }
    InputRow row = std::move(rows_.front().row);
    place_ = rows_.front().behind;
    rows_.pop_front();
    return row;
}

void InputRows::run() noexcept {
    if (const auto done = slice(); !done) {
        error_ = done.error();
        lines_.reset();
        ids_.reset();
    }
}

result<void> InputRows::slice() {
    switch (stage_) {
        case Stage::noting:
            return note_slice();
        case Stage::comparing:
            return compare_slice();
        case Stage::reading:
            return read_ahead();
        case Stage::at_end:
            return {};
        case Stage::giving_up:
            break;
    }
    rows_.clear();
    return boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
}

result<InputLines::Step> InputRows::step() {
    if (!lines_) {
        lines_ = std::make_unique<InputLines>(disk_, file_, bounds_.piece_bytes,
                                              stage_ == Stage::noting ? InputPlace() : place_);
    }
    return lines_->step();
}

result<void> InputRows::note_slice() {
    const std::uint64_t enough = (lines_ ? lines_->bytes_read() : 0) + bounds_.slice_bytes;
    while (true) {
        const auto step = this->step();
        if (!step) {
            return step.error();
        }
        if (*step == InputLines::Step::end) {
            lines_.reset();
            stage_ = Stage::comparing;
            return ids_->finish();
        }
        if (*step == InputLines::Step::line) {
            const auto noted = note(lines_->line());
            if (!noted) {
                return noted;
            }
        } else if (lines_->bytes_read() >= enough) {
            return {};
        }
    }
}

/// The id of a row that is bad for another reason counts as well: it stands in the output.
result<void> InputRows::note(const batches::Line& line) {
    const auto row = batches::read_row(line.text, path_);
    const std::string& id = row ? row->id : row.error().id;
    return id.empty() ? result<void>() : ids_->note(id, line.number);
}

result<void> InputRows::compare_slice() {
    const auto compared = ids_->compare(bounds_.slice_ids);
    if (!compared) {
        return compared.error();
    }
    if (*compared == RepeatedIds::Compared::all) {
        stage_ = Stage::reading;
        return next_repeat();
    }
    return {};
}

result<void> InputRows::next_repeat() {
    const auto repeat = ids_->next();
    if (!repeat) {
        return repeat.error();
    }
    repeat_ = *repeat;
    if (!repeat_) {
        ids_.reset();
    }
    return {};
}

result<void> InputRows::read_ahead() {
    std::size_t ahead = 0;
    std::size_t bytes = 0;
    while (ahead < bounds_.ahead_bytes && bytes < bounds_.slice_bytes) {
        const auto step = this->step();
        if (!step) {
            return step.error();
        }
        if (*step == InputLines::Step::end) {
            lines_.reset();
            ids_.reset();
            stage_ = Stage::at_end;
            return {};
        }
        if (*step == InputLines::Step::piece) {
            bytes += bounds_.piece_bytes;
            continue;
        }
        const auto taken = take_line(lines_->line());
        if (!taken) {
            return taken;
        }
        ahead += lines_->line().text.size() + row_overhead_bytes;
    }
    return {};
}

result<void> InputRows::take_line(const batches::Line& line) {
    while (repeat_ && repeat_->line < line.number) {
        const auto moved = next_repeat();
        if (!moved) {
            return moved;
        }
    }
    auto row = batches::read_row(line.text, path_);
    if (row && repeat_ && repeat_->line == line.number) {
        row = batches::repeated(line.number, row->id, repeat_->first_line).error;
    }
    const InputPlace behind{rows_read_ + 1, lines_->next_offset(), lines_->next_line()};
    rows_.push_back({{rows_read_, line.offset, line.number, std::move(row)}, behind});
    ++rows_read_;
    return {};
}

}  // namespace belay::batch_drive
