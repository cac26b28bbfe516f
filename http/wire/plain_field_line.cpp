#include "http/wire/plain_field_line.hpp"

#include <algorithm>

#include "core/base/byte_lanes.hpp"

namespace belay::wire {
namespace {

constexpr std::size_t name_bytes_max = 64;

/// The first byte from `begin` on that `mark` marks: text.size() if there is none, and maybe a
/// place before `begin` if one stands there. `text` has as many bytes as are looked at at once.
template <class Mark>
std::size_t find_marked(std::string_view text, std::size_t begin, Mark mark) noexcept {
    const std::size_t last = text.size() - byte_lanes::count;
    for (std::size_t at = begin;; at += byte_lanes::count) {
        const std::size_t from = std::min(at, last);  // the last may overlap those before
        const std::size_t found = byte_lanes::first(mark(byte_lanes::load(text.data() + from)));
        if (found < byte_lanes::count) {
            return from + found;
        }
        if (at >= last) {
            return text.size();
        }
    }
}

byte_lanes::Marks colons(byte_lanes::Bytes bytes) noexcept {
    return byte_lanes::equal(bytes, ':');
}

byte_lanes::Marks controls(byte_lanes::Bytes bytes) noexcept {
    return byte_lanes::either(byte_lanes::below(bytes, 0x20), byte_lanes::equal(bytes, 0x7f));
}

}  // namespace

std::optional<PlainFieldLine> plain_field_line(std::string_view text) noexcept {
    if (text.size() < byte_lanes::count) {
        return std::nullopt;
    }
    const std::string_view with_name = text.substr(0, name_bytes_max);
    const std::size_t colon = find_marked(with_name, 0, colons);
    if (colon == with_name.size()) {
        return std::nullopt;
    }
    std::size_t begin = colon + 1;
    while (begin < text.size() && text[begin] == ' ') {
        ++begin;
    }
    const std::size_t line_end = find_marked(text, begin, controls);
    if (line_end < begin || text.size() - line_end < 2 || text[line_end] != '\r' ||
        text[line_end + 1] != '\n') {
        return std::nullopt;
    }
    std::size_t end = line_end;
    while (end > begin && text[end - 1] == ' ') {
        --end;
    }
    return PlainFieldLine{text.substr(0, colon), text.substr(begin, end - begin), line_end + 2};
}

}  // namespace belay::wire
