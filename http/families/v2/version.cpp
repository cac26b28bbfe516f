#include "http/families/v2/version.hpp"

#include <algorithm>

namespace belay::v2 {
namespace {

constexpr std::string_view header = "Stripe-Version";
constexpr std::size_t day_bytes = 10;
constexpr std::size_t name_bytes_max = 64;

bool is_name_character(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '_';
}

/// What follows the day: nothing, or "." and a name.
bool is_tail(std::string_view tail) noexcept {
    return tail.empty() ||
           (tail.front() == '.' && tail.size() > 1 && tail.size() <= 1 + name_bytes_max &&
            std::all_of(tail.begin() + 1, tail.end(), is_name_character));
}

}  // namespace

VersionOrRefusal read_version(const wire::RequestHead& head) {
    const auto text = head.value(wire::FieldName::stripe_version);
    if (!text || text->empty()) {
        return {{}, Refusal{&errors::version_absent, {}, std::string(header)}};
    }
    const result<Day> day = parse_day(text->substr(0, day_bytes));
    if (head.repeated(wire::FieldName::stripe_version) || !day ||
        !is_tail(text->substr(std::min(text->size(), day_bytes)))) {
        return {{}, Refusal{&errors::version_invalid, {}, std::string(header)}};
    }
    return {{*day, *text}, std::nullopt};
}

}  // namespace belay::v2
