#include "http/wire/range.hpp"

#include <algorithm>
#include <limits>

#include "http/wire/chars.hpp"

namespace belay::wire {
namespace {

/// 1*DIGIT; a number beyond 64 bits is as far beyond every representation as the largest.
std::optional<std::uint64_t> read_position(std::string_view text) noexcept {
    if (text.empty() || !all_of_class(text, chars::digit)) {
        return std::nullopt;
    }
    constexpr std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t value = 0;
    for (const char byte : text) {
        const std::uint64_t next = static_cast<unsigned char>(byte) - std::uint64_t{'0'};
        if (value > (max - next) / 10) {
            return max;
        }
        value = value * 10 + next;
    }
    return value;
}

/// One entity-tag from the front of `text`, taken off it; nothing if there is none.
std::optional<std::string_view> take_tag(std::string_view& text) noexcept {
    const std::size_t prefix = text.starts_with("W/") ? 2 : 0;
    if (text.size() <= prefix || text[prefix] != '"') {
        return std::nullopt;
    }
    const std::size_t end = text.find('"', prefix + 1);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    // etagc: any visible character but DQUOTE, and obs-text.
    const std::string_view opaque = text.substr(prefix + 1, end - prefix - 1);
    if (opaque.find_first_of(" \t") != std::string_view::npos || !is_field_value(opaque)) {
        return std::nullopt;
    }
    const std::string_view tag = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    return tag;
}

std::string_view without_weakness(std::string_view tag) noexcept {
    return tag.starts_with("W/") ? tag.substr(2) : tag;
}

enum class TagList : std::uint8_t { names_it, does_not_name_it, malformed };

/// #entity-tag; a comma may stand within a tag, so the list is read tag by tag.
TagList find_tag(std::string_view list, std::string_view etag) noexcept {
    bool found = false;
    while (true) {
        const std::size_t begin = std::min(list.find_first_not_of(" \t,"), list.size());
        list.remove_prefix(begin);
        if (list.empty()) {
            return found ? TagList::names_it : TagList::does_not_name_it;
        }
        const std::optional<std::string_view> tag = take_tag(list);
        const std::string_view rest = trim_blanks(list);
        if (!tag || (!rest.empty() && rest.front() != ',')) {
            return TagList::malformed;
        }
        found = found || without_weakness(*tag) == without_weakness(etag);
    }
}

}  // namespace

RangeDecision parse_range(std::string_view value, std::uint64_t size) noexcept {
    const RangeDecision whole{RangeOutcome::whole, 0, size};
    constexpr std::string_view unit = "bytes=";
    if (value.size() < unit.size() || !equals_ignoring_case(value.substr(0, unit.size()), unit)) {
        return whole;
    }
    const std::string_view spec = trim_blanks(value.substr(unit.size()));
    const std::size_t dash = spec.find('-');
    if (dash == std::string_view::npos) {
        return whole;
    }
    // A second range makes `last` no number: the whole is served.
    const std::string_view last_text = spec.substr(dash + 1);
    const std::optional<std::uint64_t> first = read_position(spec.substr(0, dash));
    const std::optional<std::uint64_t> last = read_position(last_text);
    if ((!first && dash != 0) || (!last && !last_text.empty()) || (!first && !last)) {
        return whole;
    }
    if (!first) {
        const std::uint64_t length = std::min(*last, size);
        if (*last == 0) {
            return {RangeOutcome::unsatisfiable, 0, 0};
        }
        // The last bytes of nothing are nothing, which Content-Range cannot say.
        return size == 0 ? whole : RangeDecision{RangeOutcome::part, size - length, length};
    }
    if (last && *last < *first) {
        return whole;
    }
    if (*first >= size) {
        return {RangeOutcome::unsatisfiable, 0, 0};
    }
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return {RangeOutcome::part, *first, end - *first + 1};
}

RangeDecision decide_range(const RequestHead& head, std::uint64_t size, std::string_view etag) {
    const RangeDecision whole{RangeOutcome::whole, 0, size};
    const std::optional<std::string_view> range = head.value(FieldName::range);
    if (!range || head.method() != Method::get || head.repeated(FieldName::range)) {
        return whole;
    }
    if (head.has(FieldName::if_range)) {
        // Strong comparison: equal, and neither is weak.
        if (head.repeated(FieldName::if_range) || etag.starts_with("W/") ||
            head.value(FieldName::if_range) != etag) {
            return whole;
        }
    }
    return parse_range(*range, size);
}

bool if_none_match(const RequestHead& head, std::string_view etag) noexcept {
    bool found = false;
    for (std::size_t at = 0; at < head.field_count(); ++at) {
        const Field field = head.field(at);
        if (field.known != FieldName::if_none_match) {
            continue;
        }
        if (field.value == "*" && !head.repeated(FieldName::if_none_match)) {
            return true;
        }
        const TagList list = find_tag(field.value, etag);
        if (list == TagList::malformed) {
            return false;
        }
        found = found || list == TagList::names_it;
    }
    return found;
}

std::string content_range(const RangeDecision& part, std::uint64_t size) {
    return "bytes " + std::to_string(part.first) + "-" +
           std::to_string(part.first + part.length - 1) + "/" + std::to_string(size);
}

std::string content_range_unsatisfiable(std::uint64_t size) {
    return "bytes */" + std::to_string(size);
}

}  // namespace belay::wire
