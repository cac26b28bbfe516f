#include "http/wire/date.hpp"

#include <chrono>
#include <cstdio>
#include <cstring>

#include "core/base/check.hpp"

namespace belay::wire {

std::string_view DateCache::imf_fixdate(WallTime now) noexcept {
    using namespace std::chrono;
    const auto second = floor<seconds>(now);
    if (second.time_since_epoch().count() != second_) {
        static constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        const auto day = floor<days>(second);
        const year_month_day date(day);
        const hh_mm_ss time(second - day);
        char text[text_bytes + 1];
        const int size = std::snprintf(
            text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
            weekdays[weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
            months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
            static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
            static_cast<int>(time.seconds().count()));
        check(size == static_cast<int>(text_bytes), "the date has a year of four digits");
        std::memcpy(text_, text, text_bytes);
        second_ = second.time_since_epoch().count();
    }
    return {text_, text_bytes};
}

}  // namespace belay::wire
