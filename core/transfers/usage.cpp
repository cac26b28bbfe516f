#include "core/transfers/usage.hpp"

#include "core/base/check.hpp"

namespace belay::transfers {
namespace {

// Layout 1: u8 layout, i64 amount, u64 count, i32 last day, counted from 1970-01-01.
constexpr std::uint8_t layout = 1;

}  // namespace

std::int32_t period_of(Scope scope, Day day) noexcept {
    if (scope == Scope::tenant_day || scope == Scope::account_day) {
        return static_cast<std::int32_t>(day.time_since_epoch().count());
    }
    const std::chrono::year_month_day date(day);
    return static_cast<int>(date.year()) * 12 +
           static_cast<std::int32_t>(static_cast<unsigned>(date.month()));
}

Day last_day_of(Scope scope, Day day) noexcept {
    if (scope == Scope::tenant_day || scope == Scope::account_day) {
        return day;
    }
    const std::chrono::year_month_day date(day);
    return std::chrono::sys_days(date.year() / date.month() / std::chrono::last);
}

result<Usage> use(const Usage& usage, const Limit& limit, ledger::Money amount) noexcept {
    const result<ledger::Money> sum = add(usage.amount, amount);
    if (!sum || (limit.amount && *sum > *limit.amount) ||
        (limit.count && usage.count >= *limit.count)) {
        return Error::exhausted;
    }
    return Usage{*sum, usage.count + 1, usage.last};
}

Usage give_back(const Usage& usage, ledger::Money amount) noexcept {
    check(usage.count > 0 && usage.amount >= amount, "what is given back was counted");
    return {ledger::Money{usage.amount.minor - amount.minor}, usage.count - 1, usage.last};
}

void encode(const Usage& usage, std::string& to) {
    ByteWriter writer(to);
    writer.integer(layout);
    writer.integer(usage.amount.minor);
    writer.integer(usage.count);
    writer.integer(static_cast<std::int32_t>(usage.last.time_since_epoch().count()));
}

result<Usage> decode_usage(ByteSpan bytes) {
    ByteReader reader(bytes);
    const auto found_layout = reader.integer<std::uint8_t>();
    Usage usage;
    usage.amount.minor = reader.integer<std::int64_t>();
    usage.count = reader.integer<std::uint64_t>();
    usage.last = Day(std::chrono::days(reader.integer<std::int32_t>()));
    if (reader.ok() && found_layout > layout) {
        return Error::newer_format;
    }
    if (!reader.ok() || found_layout != layout || reader.left() != 0) {
        return Error::corrupt;
    }
    return usage;
}

}  // namespace belay::transfers
