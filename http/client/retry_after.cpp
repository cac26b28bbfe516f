#include "http/client/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "http/wire/chars.hpp"

namespace belay::client {
namespace {

namespace chrono = std::chrono;

/// Only digits, at most `digits_max` of them.
std::optional<int> number_of(std::string_view text, std::size_t digits_max) {
    int value = 0;
    if (text.empty() || text.size() > digits_max || !wire::all_of_class(text, wire::chars::digit)) {
        return std::nullopt;
    }
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::optional<chrono::month> month_of(std::string_view text) {
    constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto* found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
        return std::nullopt;
    }
    return chrono::month(static_cast<unsigned>(found - names.begin()) + 1);
}

/// The year of these last two digits that is at most 50 years ahead, and nearest.
int full_year(int two_digits, WallTime now) {
    const int this_year{chrono::year_month_day(chrono::floor<chrono::days>(now)).year()};
    const int year = this_year - this_year % 100 + two_digits;
    if (year > this_year + 50) {
        return year - 100;
    }
    return year <= this_year - 50 ? year + 100 : year;
}

constexpr std::size_t parts_max = 8;

struct Parts {
    std::array<std::string_view, parts_max> part;
    std::size_t count = 0;
};

/// The words and numbers of a date; the name of the day says nothing and is not looked at.
Parts parts_of(std::string_view text) {
    constexpr std::string_view between = " ,-:";
    Parts parts;
    while (parts.count < parts_max) {
        text.remove_prefix(std::min(text.find_first_not_of(between), text.size()));
        if (text.empty()) {
            break;
        }
        const std::size_t size = std::min(text.find_first_of(between), text.size());
        parts.part[parts.count++] = text.substr(0, size);
        text.remove_prefix(size);
    }
    return parts;
}

std::optional<WallTime> date_of(std::string_view text, WallTime now) {
    const Parts parts = parts_of(text);
    const auto& part = parts.part;
    // "Sun Nov  6 08:49:37 1994" or "Sun, 06 Nov 1994 08:49:37 GMT" or
    // "Sunday, 06-Nov-94 08:49:37 GMT".
    const bool is_asctime = parts.count == 7;
    if (!is_asctime && (parts.count != 8 || part[7] != "GMT")) {
        return std::nullopt;
    }
    const std::size_t clock = is_asctime ? 3 : 4;
    const std::string_view year_text = is_asctime ? part[6] : part[3];
    const std::optional<chrono::month> month = month_of(is_asctime ? part[1] : part[2]);
    const std::optional<int> day = number_of(is_asctime ? part[2] : part[1], 2);
    const std::optional<int> year = number_of(year_text, 4);
    const std::optional<int> hours = number_of(part[clock], 2);
    const std::optional<int> minutes = number_of(part[clock + 1], 2);
    const std::optional<int> seconds = number_of(part[clock + 2], 2);
    if (!month || !day || !year || !hours || !minutes || !seconds || *hours > 23 || *minutes > 59 ||
        *seconds > 60) {
        return std::nullopt;
    }
    const chrono::year_month_day date(
        chrono::year(year_text.size() == 2 ? full_year(*year, now) : *year), *month,
        chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok()) {
        return std::nullopt;
    }
    return chrono::sys_days(date) + chrono::hours(*hours) + chrono::minutes(*minutes) +
           chrono::seconds(*seconds);
}

}  // namespace

std::optional<Milliseconds> parse_retry_after(std::string_view text, WallTime now) {
    if (text.empty()) {
        return std::nullopt;
    }
    if (wire::all_of_class(text, wire::chars::digit)) {
        const std::optional<int> seconds = number_of(text, 8);
        return seconds ? std::min<Milliseconds>(chrono::seconds(*seconds), retry_after_max)
                       : retry_after_max;
    }
    const std::optional<WallTime> date = date_of(text, now);
    if (!date) {
        return std::nullopt;
    }
    return std::clamp<Milliseconds>(*date - now, Milliseconds(0), retry_after_max);
}

}  // namespace belay::client
