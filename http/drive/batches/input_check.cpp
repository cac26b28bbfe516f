#include "http/drive/batches/input_check.hpp"

#include <utility>

namespace belay::batch_drive {

using batches::RepeatedIds;

InputCheck::InputCheck(world::Disk& disk, InputFile file, const batches::PathTemplate& path,
                       const InputBounds& bounds)
    : path_(path),
      bounds_(bounds),
      ids_(std::make_unique<RepeatedIds>(disk, file.path + std::string(temporary_suffix),
                                         RepeatedIds::Wanted::first, bounds.ids_memory_bytes)),
      lines_(std::make_unique<InputLines>(disk, std::move(file), bounds.piece_bytes)) {}

void InputCheck::run() noexcept {
    result<void> outcome;
    switch (stage_) {
        case Stage::reading:
            outcome = read_slice();
            break;
        case Stage::comparing:
            outcome = compare_slice();
            break;
        case Stage::giving_up:
            outcome = boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
            break;
        case Stage::done:
            break;
    }
    if (!outcome) {
        end(outcome.error());
    }
}

void InputCheck::give_up() noexcept {
    if (stage_ != Stage::done) {
        stage_ = Stage::giving_up;
    }
}

void InputCheck::end(const boost::system::error_code& error) {
    ids_.reset();
    lines_.reset();
    error_ = error;
    stage_ = Stage::done;
}

result<void> InputCheck::read_slice() {
    const std::uint64_t enough = lines_->bytes_read() + bounds_.slice_bytes;
    while (!fault_) {
        const auto step = lines_->step();
        if (!step) {
            return step.error();
        }
        if (*step == InputLines::Step::end) {
            return end_reading();
        }
        if (*step == InputLines::Step::line) {
            const auto taken = take_line(lines_->line());
            if (!taken) {
                return taken;
            }
        } else if (lines_->bytes_read() >= enough) {
            return {};
        }
    }
    return end_reading();
}

result<void> InputCheck::take_line(const batches::Line& line) {
    auto row = batches::read_row(line.text, path_);
    if (!row) {
        fault_ = batches::RefusedRow{line.number, std::move(row).error()};
        return {};
    }
    ++rows_;
    return ids_->note(row->id, line.number);
}

result<void> InputCheck::end_reading() {
    if (rows_ == 0 && !fault_) {
        fault_ = batches::RefusedRow{
            1, {batches::RowFault::no_rows, "the file has no rows", std::string()}};
    }
    lines_.reset();
    stage_ = Stage::comparing;
    return ids_->finish();
}

result<void> InputCheck::compare_slice() {
    const auto compared = ids_->compare(bounds_.slice_ids);
    if (!compared) {
        return compared.error();
    }
    if (*compared == RepeatedIds::Compared::all) {
        // No id behind a fault was noted: a repeat stands before it.
        if (const auto& repeat = ids_->first()) {
            fault_ = batches::repeated(repeat->line, ids_->first_id(), repeat->first_line);
        }
        end({});
    }
    return {};
}

}  // namespace belay::batch_drive
