#include "core/batches/lines.hpp"

#include <algorithm>
#include <utility>

namespace belay::batches {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

void LineReader::hold(std::string_view part) {
    // Enough to tell that it is too long.
    const std::size_t room = line_bytes_max + 1 - std::min(held_.size(), line_bytes_max + 1);
    held_.append(part.substr(0, room));
    held_bytes_ += part.size();
}

/// A line of so many bytes in the file, its end included. Nothing if it is blank.
std::optional<Line> LineReader::cut(std::string_view text, std::uint64_t bytes) {
    if (!is_past_mark_ && text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    is_past_mark_ = true;
    if (text.ends_with('\r')) {
        text.remove_suffix(1);
    }
    const Line line{text, offset_, number_};
    offset_ += bytes;
    ++number_;
    return is_blank(text) ? std::nullopt : std::optional(line);
}

std::optional<Line> LineReader::next() {
    for (;;) {
        const std::size_t end = input_.find('\n');
        if (end == std::string_view::npos) {
            hold(input_);
            input_ = {};
            if (!is_finished_ || held_bytes_ == 0) {
                return std::nullopt;
            }
            line_ = std::exchange(held_, {});
            if (auto line = cut(line_, std::exchange(held_bytes_, 0))) {
                return line;
            }
            continue;
        }
        const std::string_view part = input_.substr(0, end);
        input_.remove_prefix(end + 1);
        std::optional<Line> line;
        if (held_bytes_ == 0) {
            line = cut(part, part.size() + 1);
        } else {
            hold(part);
            std::swap(line_, held_);
            held_.clear();
            line = cut(line_, std::exchange(held_bytes_, 0) + 1);
        }
        if (line) {
            return line;
        }
    }
}

}  // namespace belay::batches
