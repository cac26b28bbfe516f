#include "http/program/typed_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/units.hpp"

namespace belay::program {
namespace {

constexpr unsigned amount_scale = 2;
constexpr std::int64_t amount_most = 1'000'000'000'000'000;  // minor units

constexpr Milliseconds item_most = std::chrono::days(7);

constexpr std::uint32_t rate_count_most = 1'000'000;
constexpr Milliseconds rate_window_least = std::chrono::seconds(1);
constexpr Milliseconds rate_window_most = std::chrono::hours(24);
constexpr std::string_view per = " per ";

/// In the order of AmountOutcome's enumeration.
constexpr std::array<std::string_view, 4> outcome_words{"completed", "rejected", "failed", "slow"};

template <class Type, class Read>
bool keep(const Read& read, Type& to) {
    if (!read.has_value()) {
        return false;
    }
    to = *read;
    return true;
}

bool is_digit(char each) {
    return each >= '0' && each <= '9';
}

}  // namespace

bool read_typed(std::string_view text, ledger::Money& to) {
    const result<ledger::Money> amount = ledger::parse_money(text, amount_scale);
    return amount && amount->minor <= amount_most && keep(amount, to);
}

bool read_typed(std::string_view text, transfers::Zone& to) {
    return keep(transfers::parse_zone(text), to);
}

bool read_typed(std::string_view text, Day& to) {
    return keep(parse_day(text), to);
}

bool read_typed(std::string_view text, Milliseconds& to) {
    const result<Milliseconds> duration = parse_duration(text);
    return duration && *duration <= item_most && keep(duration, to);
}

bool read_typed(std::string_view text, Rate& to) {
    if (text.empty()) {
        to = {};
        return true;
    }
    const std::size_t middle = text.find(per);
    if (middle == std::string_view::npos) {
        return false;
    }
    Rate rate;
    const char* const end = text.data() + middle;
    const auto read = std::from_chars(text.data(), end, rate.count);
    const result<Milliseconds> window = parse_duration(text.substr(middle + per.size()));
    if (read.ec != std::errc() || read.ptr != end || !window || rate.count == 0 ||
        rate.count > rate_count_most || *window < rate_window_least || *window > rate_window_most) {
        return false;
    }
    rate.window = *window;
    to = rate;
    return true;
}

bool read_typed(std::string_view text, AmountOutcome& to) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        return false;
    }
    const auto* word = std::ranges::find(outcome_words, text.substr(equals + 1));
    ledger::Money amount;
    if (word == outcome_words.end() || !read_typed(text.substr(0, equals), amount)) {
        return false;
    }
    to = {amount, static_cast<RailOutcome>(word - outcome_words.begin())};
    return true;
}

bool read_typed(std::string_view text, BankCode& to) {
    constexpr std::size_t digits = 8;
    if (!text.empty() && (text.size() != digits || !std::ranges::all_of(text, is_digit))) {
        return false;
    }
    to.text = text;
    return true;
}

bool read_typed(std::string_view text, job::Uuid& to) {
    return keep(job::parse_uuid(text), to);
}

bool read_typed(std::string_view text, std::optional<transfers::OperatingHours>& to) {
    if (text.empty()) {
        to.reset();
        return true;
    }
    return keep(transfers::parse_operating_hours(text), to);
}

bool read_typed(std::string_view text, std::optional<job::Uuid>& to) {
    if (text.empty()) {
        to.reset();
        return true;
    }
    return keep(job::parse_uuid(text), to);
}

}  // namespace belay::program
