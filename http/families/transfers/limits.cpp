#include "http/families/transfers/limits.hpp"

#include "core/base/check.hpp"
#include "core/transfers/usage_id.hpp"

namespace belay::transfer_api {
namespace {

using transfers::Scope;
using transfers::Usage;

constexpr std::array<std::string_view, transfers::scope_count> limit_names{
    "daily limit", "monthly limit", "account daily limit", "account monthly limit"};

Refusal refuse(Scope scope) {
    const std::string_view name = limit_names[static_cast<std::size_t>(scope)];
    Refusal refusal{&errors::over_limit, "Transfer amount exceeds " + std::string(name)};
    refusal.details.add(Place::fields, "limit", name);
    return refusal;
}

/// Absent is nothing used yet.
Usage usage_of(const std::optional<store::RecordView>& record) {
    const auto usage = record ? transfers::decode_usage(record->value) : result<Usage>(Usage{});
    check(usage.has_value(), "a counter's record can be read");
    return *usage;
}

job::RecordId counter_id(Scope scope, const transfers::Initiation& initiation, Day day) {
    return usage_id(scope, initiation.tenant, initiation.sender_account, period_of(scope, day));
}

}  // namespace

std::optional<Refusal> over_limit(store::Lane& lane, const transfers::Settings& rules,
                                  const transfers::Initiation& initiation, WallTime now) {
    const Day day = local_day(now, rules.calendar.zone());
    for (std::size_t at = 0; at < transfers::scope_count; ++at) {
        const auto scope = static_cast<Scope>(at);
        if (!rules.limits[scope].is_set()) {
            continue;
        }
        Usage usage;
        lane.read(counter_id(scope, initiation, day),
                  [&](const store::RecordView& record) { usage = usage_of(record); });
        if (!use(usage, rules.limits[scope], initiation.amount)) {
            return refuse(scope);
        }
    }
    return std::nullopt;
}

void LimitsAct::name(const transfers::Settings& rules, const transfers::Initiation& initiation,
                     Day day, http::Subjects& to) {
    if (!rules.has_limits()) {
        return;
    }
    day_ = day;
    for (std::size_t at = 0; at < transfers::scope_count; ++at) {
        subjects_[at] = to.add(counter_id(static_cast<Scope>(at), initiation, day));
    }
}

/// All four are counted as soon as one is limited, so that a limit which is set later knows what
/// was used.
std::optional<Refusal> LimitsAct::count(const store::View& view, store::Draft& draft,
                                        const transfers::Settings& rules,
                                        ledger::Money amount) const {
    if (!day_) {
        return std::nullopt;
    }
    std::array<Usage, transfers::scope_count> next;
    for (std::size_t at = 0; at < transfers::scope_count; ++at) {
        const auto scope = static_cast<Scope>(at);
        const auto used = use(usage_of(view.subjects[subjects_[at]]), rules.limits[scope], amount);
        if (!used) {
            return refuse(scope);
        }
        next[at] = *used;
        next[at].last = last_day_of(scope, *day_);
    }
    for (std::size_t at = 0; at < transfers::scope_count; ++at) {
        thread_local std::string bytes;  // reused: no memory is taken on the way of a transfer
        bytes.clear();
        transfers::encode(next[at], bytes);
        draft.put(subjects_[at], as_byte_span(bytes));
    }
    return std::nullopt;
}

}  // namespace belay::transfer_api
