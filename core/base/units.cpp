#include "core/base/units.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace belay {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Largest first: formatting takes the first that divides.
constexpr std::array<Unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> size_units{
    {{"GiB", 1ULL << 30}, {"MiB", 1ULL << 20}, {"KiB", 1ULL << 10}, {"B", 1}}};

template <std::size_t N>
result<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units,
                            std::uint64_t most) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
        return Error::malformed;
    }
    const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : units) {
        if (name == unit.name) {
            if (number > most / unit.factor) {
                return Error::malformed;
            }
            return number * unit.factor;
        }
    }
    return Error::malformed;
}

template <std::size_t N>
std::string format(std::uint64_t value, const std::array<Unit, N>& units) {
    for (const Unit& unit : units) {
        if (value % unit.factor == 0 && value >= unit.factor) {
            return std::to_string(value / unit.factor) + std::string(unit.name);
        }
    }
    return "0" + std::string(units.back().name);
}

}  // namespace

result<Milliseconds> parse_duration(std::string_view text) {
    const auto value = parse(text, duration_units,
                             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    if (!value) {
        return value.error();
    }
    return Milliseconds(static_cast<std::int64_t>(*value));
}

result<std::uint64_t> parse_size(std::string_view text) {
    return parse(text, size_units, std::numeric_limits<std::uint64_t>::max());
}

std::string format_duration(Milliseconds duration) {
    return format(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string format_size(std::uint64_t bytes) {
    return format(bytes, size_units);
}

}  // namespace belay
