#include "http/drive/batches/input_lines.hpp"

#include <algorithm>
#include <span>

#include "core/base/check.hpp"

namespace belay::batch_drive {

InputLines::InputLines(world::Disk& disk, InputFile file, std::size_t piece_bytes,
                       const InputPlace& from)
    : disk_(disk),
      file_(std::move(file)),
      piece_bytes_(piece_bytes),
      at_(from.offset),
      reader_(from.offset, from.line) {
    check(piece_bytes_ != 0, "a file is read in pieces");
}

result<void> InputLines::open() {
    auto opened = disk_.open(file_.path, {world::Open::read});
    if (!opened) {
        return opened.error();
    }
    const auto size = (*opened)->size();
    if (!size) {
        return size.error();
    }
    if (*size != file_.bytes || at_ > file_.bytes) {
        return Error::corrupt;
    }
    opened_ = std::move(*opened);
    piece_.resize(piece_bytes_);
    return {};
}

result<void> InputLines::read_piece() {
    const auto bytes =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece_bytes_, file_.bytes - at_));
    const auto into = std::as_writable_bytes(std::span(piece_.data(), bytes));
    const auto read = opened_->read_at(at_, into);
    if (!read) {
        return read.error();
    }
    if (*read != bytes) {
        return Error::corrupt;
    }
    at_ += bytes;
    reader_.feed(std::string_view(piece_).substr(0, bytes));
    return {};
}

result<InputLines::Step> InputLines::step() {
    if (!opened_) {
        const auto opened = open();
        if (!opened) {
            return opened.error();
        }
    }
    if (const auto line = reader_.next()) {
        line_ = *line;
        return Step::line;
    }
    if (is_finished_) {
        return Step::end;
    }
    if (at_ == file_.bytes) {
        reader_.finish();
        is_finished_ = true;
        return Step::piece;
    }
    const auto read = read_piece();
    return read ? result<Step>(Step::piece) : read.error();
}

}  // namespace belay::batch_drive
