// When transfers may be initiated: days of the week, hours of the day, holidays, in one zone.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace belay::transfers {

/// A zone without daylight saving. Brazil has had none since 2019.
struct Zone {
    std::chrono::minutes offset{};  ///< east of UTC

    friend bool operator==(const Zone&, const Zone&) = default;
};

/// "America/Sao_Paulo", "UTC", or an offset: "-03:00". Error::not_found for another name.
result<Zone> parse_zone(std::string_view text);

/// "2026-02-01T15:35:00-03:00"; UTC as "Z".
TimeText local_time(WallTime time, Zone zone) noexcept;
std::string format_local(WallTime time, Zone zone);

Day local_day(WallTime time, Zone zone) noexcept;

/// Monday to Friday from `open` until before `close`, but on no holiday.
struct OperatingHours {
    std::chrono::minutes open{};
    std::chrono::minutes close{};

    friend bool operator==(const OperatingHours&, const OperatingHours&) = default;
};

/// Reads "06:30-17:00". Error::malformed for anything else, also if it does not open before it
/// closes.
result<OperatingHours> parse_operating_hours(std::string_view text);

class Calendar {
  public:
    /// Without hours it is always open. `holidays` in any order.
    Calendar(std::optional<OperatingHours> hours, Zone zone, std::vector<Day> holidays);

    bool is_open(WallTime time) const;

    /// "Mon-Fri 06:30-17:00 UTC-3"; empty without hours.
    std::string describe() const;

    Zone zone() const noexcept { return zone_; }

  private:
    std::optional<OperatingHours> hours_;
    Zone zone_;
    std::vector<Day> holidays_;  ///< sorted
};

}  // namespace belay::transfers
