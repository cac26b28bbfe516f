#include "core/batches/path_template.hpp"

#include <algorithm>

namespace belay::batches {
namespace {

/// RFC 3986 2.3.
bool is_unreserved(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '.' ||
           character == '_' || character == '~';
}

}  // namespace

std::optional<PathTemplate> PathTemplate::parse(std::string_view text) {
    PathTemplate made;
    if (!text.starts_with('/')) {
        return std::nullopt;
    }
    while (!text.empty()) {
        text.remove_prefix(1);
        Segment segment{text.substr(0, text.find('/')), text.starts_with(':')};
        text.remove_prefix(segment.text.size());
        if (segment.is_place) {
            segment.text.remove_prefix(1);
        }
        if (!is_path_value(segment.text) || made.count_ == path_segments_max ||
            !std::all_of(segment.text.begin(), segment.text.end(), is_unreserved) ||
            (segment.is_place && made.has_place(segment.text))) {
            return std::nullopt;
        }
        made.segments_[made.count_] = segment;
        ++made.count_;
    }
    return made;
}

std::size_t PathTemplate::place_count() const noexcept {
    const auto all = segments();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const Segment& each) { return each.is_place; }));
}

bool PathTemplate::has_place(std::string_view name) const noexcept {
    const auto all = segments();
    return std::any_of(all.begin(), all.end(),
                       [&](const Segment& each) { return each.is_place && each.text == name; });
}

bool PathTemplate::has_shape_of(const PathTemplate& other) const noexcept {
    const auto mine = segments();
    const auto others = other.segments();
    return std::equal(mine.begin(), mine.end(), others.begin(), others.end(),
                      [](const Segment& left, const Segment& right) {
                          return left.is_place == right.is_place &&
                                 (left.is_place || left.text == right.text);
                      });
}

void PathTemplate::append_encoded(std::string_view value, std::string& to) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char character : value) {
        if (is_unreserved(character)) {
            to += character;
            continue;
        }
        const auto octet = static_cast<unsigned char>(character);
        to += '%';
        to += digits[octet >> 4U];
        to += digits[octet & 15U];
    }
}

bool is_path_value(std::string_view value) noexcept {
    return !value.empty() && value != "." && value != "..";
}

}  // namespace belay::batches
