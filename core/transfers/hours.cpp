#include "core/transfers/hours.hpp"

#include <algorithm>

namespace belay::transfers {
namespace {

using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t clock_text_size = 5;  // "06:30"

std::optional<unsigned> two_digits(std::string_view text) {
    const auto is_digit = [](char each) { return each >= '0' && each <= '9'; };
    if (text.size() != 2 || !is_digit(text[0]) || !is_digit(text[1])) {
        return std::nullopt;
    }
    return static_cast<unsigned>((text[0] - '0') * 10 + (text[1] - '0'));
}

/// "06:30"; 24:00 is the end of a day.
std::optional<minutes> parse_clock(std::string_view text) {
    if (text.size() != clock_text_size || text[2] != ':') {
        return std::nullopt;
    }
    const auto hour = two_digits(text.substr(0, 2));
    const auto minute = two_digits(text.substr(3));
    if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) {
        return std::nullopt;
    }
    return hours(*hour) + minutes(*minute);
}

void append_two_digits(std::string& to, std::int64_t number) {
    to += static_cast<char>('0' + number / 10);
    to += static_cast<char>('0' + number % 10);
}

void append_clock(std::string& to, minutes time) {
    append_two_digits(to, time.count() / 60);
    to += ':';
    append_two_digits(to, time.count() % 60);
}

}  // namespace

result<Zone> parse_zone(std::string_view text) {
    if (text == "America/Sao_Paulo") {
        return Zone{hours(-3)};
    }
    if (text == "UTC" || text == "Z") {
        return Zone{};
    }
    const bool has_sign = !text.empty() && (text.front() == '+' || text.front() == '-');
    const auto clock = has_sign ? parse_clock(text.substr(1)) : std::nullopt;
    if (!clock || *clock > hours(14)) {
        return Error::not_found;
    }
    return Zone{text.front() == '-' ? -*clock : *clock};
}

TimeText local_time(WallTime time, Zone zone) noexcept {
    const TimeText in_utc = rfc3339_seconds(time + zone.offset);
    if (zone.offset == minutes(0)) {
        return in_utc;
    }
    TimeText text;
    const std::string_view without_zone = in_utc.view().substr(0, in_utc.view().size() - 1);
    without_zone.copy(text.extend(without_zone.size()), without_zone.size());
    text.append(zone.offset < minutes(0) ? '-' : '+');
    const auto offset = std::chrono::abs(zone.offset).count();
    const auto append_two = [&text](auto value) {
        text.append(static_cast<char>('0' + value / 10));
        text.append(static_cast<char>('0' + value % 10));
    };
    append_two(offset / 60);
    text.append(':');
    append_two(offset % 60);
    return text;
}

std::string format_local(WallTime time, Zone zone) {
    return local_time(time, zone).string();
}

Day local_day(WallTime time, Zone zone) noexcept {
    return floor<std::chrono::days>(time + zone.offset);
}

result<OperatingHours> parse_operating_hours(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) {
        return Error::malformed;
    }
    const auto open = parse_clock(text.substr(0, dash));
    const auto close = parse_clock(text.substr(dash + 1));
    if (!open || !close || *open >= *close) {
        return Error::malformed;
    }
    return OperatingHours{*open, *close};
}

Calendar::Calendar(std::optional<OperatingHours> hours, Zone zone, std::vector<Day> holidays)
    : hours_(hours), zone_(zone), holidays_(std::move(holidays)) {
    std::sort(holidays_.begin(), holidays_.end());
}

bool Calendar::is_open(WallTime time) const {
    if (!hours_) {
        return true;
    }
    const Day day = local_day(time, zone_);
    const std::chrono::weekday weekday(day);
    if (weekday == std::chrono::Saturday || weekday == std::chrono::Sunday ||
        std::binary_search(holidays_.begin(), holidays_.end(), day)) {
        return false;
    }
    const auto of_day = floor<minutes>(time + zone_.offset - day);
    return of_day >= hours_->open && of_day < hours_->close;
}

std::string Calendar::describe() const {
    if (!hours_) {
        return {};
    }
    std::string text = "Mon-Fri ";
    append_clock(text, hours_->open);
    text += '-';
    append_clock(text, hours_->close);
    text += " UTC";
    if (zone_.offset != minutes(0)) {
        const minutes offset = std::chrono::abs(zone_.offset);
        text += zone_.offset < minutes(0) ? '-' : '+';
        text += std::to_string(offset.count() / 60);
        if (offset.count() % 60 != 0) {
            text += ':';
            append_two_digits(text, offset.count() % 60);
        }
    }
    return text;
}

}  // namespace belay::transfers
