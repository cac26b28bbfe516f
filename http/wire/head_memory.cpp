#include "http/wire/head_memory.hpp"

#include <bit>

namespace belay::wire {

void HeadMemory::keep(std::size_t place, std::string_view text, const Line& line) noexcept {
    if (place >= lines_.size() || line.size > line_bytes_max ||
        line.known == FieldName::authorization) {
        return;
    }
    Kept& kept = lines_[place];
    // A line that is another one each time is copied ever more seldom, and two that take turns do
    // not drive each other out.
    constexpr std::uint32_t misses_min = 4;
    if (kept.line.size != 0 && (kept.misses < misses_min || !std::has_single_bit(kept.misses))) {
        return;
    }
    kept.line = line;
    text.copy(kept.text.data(), line.size);
}

void HeadMemory::keep_sound_host(std::string_view text) noexcept {
    if (text.size() <= host_.size()) {
        host_size_ = text.copy(host_.data(), text.size());
    }
}

}  // namespace belay::wire
