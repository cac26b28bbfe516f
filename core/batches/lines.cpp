#include "core/batches/lines.hpp"

#include <algorithm>
#include <utility>

namespace belay::batches {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
/// Of a line that may be short enough: its mark and the CR of its end are taken off later.
constexpr std::size_t held_bytes_max = byte_order_mark.size() + line_bytes_max + 1;

bool is_blank(std::string_view text) noexcept {
    return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

void LineReader::hold(std::string_view part) {
    held_.append(part.substr(0, held_bytes_max - held_.size()));
    held_bytes_ += part.size();
}

/// A line of `bytes` bytes without its LF, of which `text` is the beginning: all of it, if it is
/// short enough. Nothing if it is blank.
std::optional<Line> LineReader::cut(std::string_view text, std::uint64_t bytes, bool has_end) {
    Line line{text, offset_, number_};
    offset_ += bytes + (has_end ? 1 : 0);
    ++number_;
    if (!std::exchange(is_past_mark_, true) && text.starts_with(byte_order_mark)) {
        line.text.remove_prefix(byte_order_mark.size());
        bytes -= byte_order_mark.size();
    }
    if (bytes <= line_bytes_max + 1 && line.text.ends_with('\r')) {
        line.text.remove_suffix(1);
        --bytes;
    }
    if (bytes > line_bytes_max) {
        // Whatever its bytes are: nobody has looked at those behind.
        line.text = line.text.substr(0, line_bytes_max + 1);
        return line;
    }
    return is_blank(line.text) ? std::nullopt : std::optional(line);
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
            if (auto line = cut(line_, std::exchange(held_bytes_, 0), false)) {
                return line;
            }
            continue;
        }
        const std::string_view part = input_.substr(0, end);
        input_.remove_prefix(end + 1);
        std::optional<Line> line;
        if (held_bytes_ == 0) {
            line = cut(part, part.size(), true);
        } else {
            hold(part);
            std::swap(line_, held_);
            held_.clear();
            line = cut(line_, std::exchange(held_bytes_, 0), true);
        }
        if (line) {
            return line;
        }
    }
}

}  // namespace belay::batches
