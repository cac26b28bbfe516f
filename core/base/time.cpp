#include "core/base/time.hpp"

#include <array>
#include <charconv>

namespace belay {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// `value`, not negative, with leading zeros to `width`. printf would take ten times as long, and
/// times stand in every answer.
void append_digits(int value, std::size_t width, TimeText& to) noexcept {
    char* const begin = to.extend(width);
    for (std::size_t place = width; place > 0; --place) {
        begin[place - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// From 0 to 99, as two digits.
void append_two_digits(int value, TimeText& to) noexcept {
    const int tens = value / 10;
    char* const begin = to.extend(2);
    begin[0] = static_cast<char>('0' + tens);
    begin[1] = static_cast<char>('0' + value - 10 * tens);
}

/// Four digits, or as many as a year beyond them has, with its sign.
void append_year(int year, TimeText& to) noexcept {
    if (year >= 0 && year <= 9999) {
        append_digits(year, 4, to);
        return;
    }
    std::array<char, 12> digits;
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), year).ptr;
    for (const char* digit = digits.data(); digit != end; ++digit) {
        to.append(*digit);
    }
}

TimeText text_of(Day day, std::string_view between) noexcept {
    const std::chrono::year_month_day date(day);
    TimeText text;
    const auto append_between = [&] {
        for (const char byte : between) {
            text.append(byte);
        }
    };
    append_year(static_cast<int>(date.year()), text);
    append_between();
    append_two_digits(static_cast<int>(static_cast<unsigned>(date.month())), text);
    append_between();
    append_two_digits(static_cast<int>(static_cast<unsigned>(date.day())), text);
    return text;
}

/// The calendar is most of the work, and nearly all times of a second fall on a few days: each
/// thread keeps the texts of the last ones.
const TimeText& kept_text_of(Day day) noexcept {
    struct Kept {
        Day day = Day::min();
        TimeText text;
    };
    constexpr std::size_t kept_days = 8;
    thread_local std::array<Kept, kept_days> kept;
    Kept& found = kept[static_cast<std::uint64_t>(day.time_since_epoch().count()) % kept_days];
    if (found.day != day) {
        found = {day, text_of(day, "-")};
    }
    return found.text;
}

/// Up to the seconds; returns the milliseconds.
int append_second(WallTime time, TimeText& to) noexcept {
    const Day day = floor<days>(time);
    const auto of_day = static_cast<int>((time - day).count());
    const int second_of_day = of_day / 1000;
    to = kept_text_of(day);
    to.append('T');
    append_two_digits(second_of_day / 3600, to);
    to.append(':');
    append_two_digits(second_of_day / 60 % 60, to);
    to.append(':');
    append_two_digits(second_of_day % 60, to);
    return of_day % 1000;
}

/// Reads `count` digits at the front of `text` and drops them; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) {
        return -1;
    }
    int value = 0;
    for (std::size_t at = 0; at < count; ++at) {
        if (text[at] < '0' || text[at] > '9') {
            return -1;
        }
        value = value * 10 + (text[at] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char expected) {
    if (text.empty() || text.front() != expected) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

result<Day> take_day(std::string_view& text) {
    const int year = take_digits(text, 4);
    const bool dash_one = take(text, '-');
    const int month = take_digits(text, 2);
    const bool dash_two = take(text, '-');
    const int day = take_digits(text, 2);
    if (year < 1 || !dash_one || month < 1 || !dash_two || day < 1) {
        return Error::malformed;
    }
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) {
        return Error::malformed;
    }
    return Day(date);
}

/// The decimals after the seconds, if any, as whole milliseconds.
result<Milliseconds> take_fraction(std::string_view& text) {
    if (!take(text, '.')) {
        return Milliseconds(0);
    }
    int value = 0;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (digits < 3) {
            value = value * 10 + (text.front() - '0');
        }
        ++digits;
        text.remove_prefix(1);
    }
    if (digits == 0 || digits > 9) {
        return Error::malformed;
    }
    for (; digits < 3; ++digits) {
        value *= 10;
    }
    return Milliseconds(value);
}

result<minutes> take_offset(std::string_view& text) {
    if (take(text, 'Z') || take(text, 'z')) {
        return minutes(0);
    }
    const bool west = take(text, '-');
    if (!west && !take(text, '+')) {
        return Error::malformed;
    }
    const int hour = take_digits(text, 2);
    const bool colon = take(text, ':');
    const int minute = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !colon || minute < 0 || minute > 59) {
        return Error::malformed;
    }
    const minutes offset = hours(hour) + minutes(minute);
    return west ? -offset : offset;
}

}  // namespace

TimeText rfc3339_seconds(WallTime time) noexcept {
    TimeText text;
    append_second(time, text);
    text.append('Z');
    return text;
}

TimeText rfc3339_milliseconds(WallTime time) noexcept {
    TimeText text;
    const int milliseconds = append_second(time, text);
    text.append('.');
    append_digits(milliseconds, 3, text);
    text.append('Z');
    return text;
}

std::string format_rfc3339_seconds(WallTime time) {
    return rfc3339_seconds(time).string();
}

std::string format_rfc3339_milliseconds(WallTime time) {
    return rfc3339_milliseconds(time).string();
}

result<WallTime> parse_rfc3339(std::string_view text) {
    const result<Day> day = take_day(text);
    if (!day) {
        return day.error();
    }
    if (!take(text, 'T') && !take(text, 't')) {
        return Error::malformed;
    }
    const int hour = take_digits(text, 2);
    const bool colon_one = take(text, ':');
    const int minute = take_digits(text, 2);
    const bool colon_two = take(text, ':');
    const int second = take_digits(text, 2);
    if (hour < 0 || hour > 23 || !colon_one || minute < 0 || minute > 59 || !colon_two ||
        second < 0 || second > 59) {
        return Error::malformed;
    }
    const result<Milliseconds> fraction = take_fraction(text);
    if (!fraction) {
        return fraction.error();
    }
    const result<minutes> offset = take_offset(text);
    if (!offset || !text.empty()) {
        return Error::malformed;
    }
    return WallTime(*day + hours(hour) + minutes(minute) + seconds(second) + *fraction - *offset);
}

result<Day> parse_day(std::string_view text) {
    const result<Day> day = take_day(text);
    if (!day || !text.empty()) {
        return Error::malformed;
    }
    return day;
}

std::string format_day_compact(Day day) {
    return text_of(day, "").string();
}

std::string format_day(Day day) {
    return text_of(day, "-").string();
}

}  // namespace belay
