#include "core/batches/window.hpp"

#include "core/base/check.hpp"

namespace belay::batches {

static_assert(window_rows_max / 64 <= 255, "the words of a window are counted in one byte");

void encode(const Checkpoint& checkpoint, ByteWriter& to) {
    to.integer(checkpoint.ended);
    to.integer(checkpoint.offset);
    to.integer(checkpoint.line);
    to.integer(checkpoint.sent_until);
    std::uint8_t words = 0;
    for (std::size_t at = 0; at < checkpoint.bits.size(); ++at) {
        if (checkpoint.bits[at] != 0) {
            words = static_cast<std::uint8_t>(at + 1);
        }
    }
    to.integer(words);
    for (std::size_t at = 0; at < words; ++at) {
        to.integer(checkpoint.bits[at]);
    }
}

Checkpoint take_checkpoint(ByteReader& from) {
    Checkpoint checkpoint;
    checkpoint.ended = from.integer<std::uint64_t>();
    checkpoint.offset = from.integer<std::uint64_t>();
    checkpoint.line = from.integer<std::uint64_t>();
    checkpoint.sent_until = from.integer<std::uint64_t>();
    const auto words = from.integer<std::uint8_t>();
    for (std::size_t at = 0; at < words; ++at) {
        const auto word = from.integer<std::uint64_t>();
        if (at < checkpoint.bits.size()) {
            checkpoint.bits[at] = word;
        }
    }
    return checkpoint;
}

Window::Window(const Checkpoint& from) noexcept : from_(from), first_(from.ended) {}

std::optional<Window::Row> Window::begin(std::uint64_t offset, std::uint64_t line) {
    check(has_room(), "no row behind the window is begun");
    const Row row = first_ + rows_.size();
    const std::uint64_t place = row - from_.ended;
    const bool ended_before = place < window_rows_max && from_.has_ended(place);
    rows_.push_back({offset, line, ended_before});
    if (!ended_before) {
        ++under_way_;
        return row;
    }
    while (!rows_.empty() && rows_.front().has_ended) {
        rows_.pop_front();
        ++first_;
    }
    return std::nullopt;
}

void Window::end(Row row) {
    check(row >= first_ && row - first_ < rows_.size(), "a row that ends was begun");
    Begun& begun = rows_[row - first_];
    check(!begun.has_ended, "a row ends once");
    begun.has_ended = true;
    --under_way_;
    while (!rows_.empty() && rows_.front().has_ended) {
        rows_.pop_front();
        ++first_;
    }
}

Checkpoint Window::checkpoint(std::uint64_t next_offset, std::uint64_t next_line) const noexcept {
    Checkpoint made;
    made.ended = first_;
    made.offset = rows_.empty() ? next_offset : rows_.front().offset;
    made.line = rows_.empty() ? next_line : rows_.front().line;
    for (std::size_t at = 0; at < rows_.size(); ++at) {
        if (rows_[at].has_ended) {
            made.bits[at / 64] |= std::uint64_t{1} << (at % 64);
        }
    }
    // What had ended before the checkpoint that this window goes on from, and was not come to yet.
    for (std::size_t at = rows_.size(); at < window_rows_max; ++at) {
        const std::uint64_t place = first_ + at - from_.ended;
        if (place < window_rows_max && from_.has_ended(place)) {
            made.bits[at / 64] |= std::uint64_t{1} << (at % 64);
        }
    }
    return made;
}

}  // namespace belay::batches
