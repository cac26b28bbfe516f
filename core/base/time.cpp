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

struct Civil {
    int year;
    unsigned month;
    unsigned day;
    int hour;
    int minute;
    int second;
    int millisecond;
};

Civil civil_of(WallTime time) {
    const Day day = floor<days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return {static_cast<int>(date.year()),
            static_cast<unsigned>(date.month()),
            static_cast<unsigned>(date.day()),
            static_cast<int>(clock.hours().count()),
            static_cast<int>(clock.minutes().count()),
            static_cast<int>(clock.seconds().count()),
            static_cast<int>(clock.subseconds().count())};
}

/// `value`, not negative, with leading zeros to `width`. printf would take ten times as long, and
/// times stand in every answer.
void append_digits(int value, std::size_t width, TimeText& to) noexcept {
    char* const begin = to.extend(width);
    for (std::size_t place = width; place > 0; --place) {
        begin[place - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
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

void append_day(const Civil& c, TimeText& to) noexcept {
    append_year(c.year, to);
    to.append('-');
    append_digits(static_cast<int>(c.month), 2, to);
    to.append('-');
    append_digits(static_cast<int>(c.day), 2, to);
}

void append_second(const Civil& c, TimeText& to) noexcept {
    append_day(c, to);
    to.append('T');
    append_digits(c.hour, 2, to);
    to.append(':');
    append_digits(c.minute, 2, to);
    to.append(':');
    append_digits(c.second, 2, to);
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
    append_second(civil_of(time), text);
    text.append('Z');
    return text;
}

TimeText rfc3339_milliseconds(WallTime time) noexcept {
    const Civil c = civil_of(time);
    TimeText text;
    append_second(c, text);
    text.append('.');
    append_digits(c.millisecond, 3, text);
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
    const Civil c = civil_of(WallTime(day));
    TimeText text;
    append_year(c.year, text);
    append_digits(static_cast<int>(c.month), 2, text);
    append_digits(static_cast<int>(c.day), 2, text);
    return text.string();
}

std::string format_day(Day day) {
    TimeText text;
    append_day(civil_of(WallTime(day)), text);
    return text.string();
}

}  // namespace belay
