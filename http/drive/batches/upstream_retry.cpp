#include "http/drive/batches/upstream_retry.hpp"

#include <algorithm>
#include <array>

namespace belay::batch_drive {
namespace {

using Kind = RetryDecision::Kind;

constexpr int conflict = 409;
constexpr int too_many = 429;
constexpr int unavailable = 503;
constexpr int first_error = 400;
/// Those of 4xx that may come from before the operation: what they answer is the call, not the row.
constexpr std::array statuses_of_calls{401, 403, 407, 408, 409, 425, 429};

Milliseconds backed_off(const RetryRules& rules, std::uint32_t random,
                        const RowTries& tries) noexcept {
    Milliseconds wait = rules.first_wait;
    const int tried = tries.unreached + tries.lost + tries.put_off + tries.throttled;
    for (int doubled = 1; doubled < tried && wait < rules.wait_max; ++doubled) {
        wait *= 2;
    }
    wait = std::min(wait, rules.wait_max);
    const auto half = static_cast<std::uint64_t>(wait.count() / 2);
    const std::uint64_t off = half * random >> 32U;
    return wait - Milliseconds(static_cast<Milliseconds::rep>(off));
}

/// Whether an answer is to come again later, rather than the row's.
bool puts_off(const CallEnd& end, const RetryRules& rules, const RowTries& tries) noexcept {
    if (end.status < first_error || end.should_retry == "false" ||
        end.retry_after.value_or(Milliseconds()) > rules.retry_after_max) {
        return false;
    }
    return end.status == too_many || end.should_retry == "true" ||
           (end.status == conflict && (end.retry_after || tries.may_be_done)) ||
           (end.status == unavailable && end.retry_after);
}

/// Whether a status is the operation's, which a server that keeps keys gives to every send of a row
/// alike.
bool is_of_operation(int status) noexcept {
    const bool is_success = status >= 200 && status < 300;
    const bool is_of_call = std::find(statuses_of_calls.begin(), statuses_of_calls.end(), status) !=
                            statuses_of_calls.end();
    return is_success || (status >= first_error && status < 500 && !is_of_call);
}

RetryDecision again(Milliseconds wait, Kind otherwise, const RowTries& tries) noexcept {
    return {Kind::again, wait, false, tries.may_be_done ? Kind::unknown : otherwise};
}

RetryDecision finally(Kind as, const RowTries& tries) noexcept {
    return {tries.may_be_done ? Kind::unknown : as, {}, false, Kind::final};
}

}  // namespace

RetryDecision decide_retry(const CallEnd& end, const RetryRules& rules, std::uint32_t random,
                           RowTries& tries) noexcept {
    switch (end.kind) {
        case CallEnd::Kind::unreached:
            ++tries.unreached;
            return tries.unreached < rules.unreached_max
                       ? again(backed_off(rules, random, tries), Kind::unreachable, tries)
                       : finally(Kind::unreachable, tries);
        case CallEnd::Kind::lost:
            ++tries.lost;
            tries.may_be_done = true;
            return tries.lost < rules.lost_max
                       ? again(backed_off(rules, random, tries), Kind::unknown, tries)
                       : finally(Kind::unknown, tries);
        case CallEnd::Kind::answered:
            break;
    }
    if (!puts_off(end, rules, tries)) {
        return is_of_operation(end.status) ? RetryDecision{} : finally(Kind::final, tries);
    }
    const bool is_throttled = end.status == too_many;
    const int times = is_throttled ? ++tries.throttled : ++tries.put_off;
    if (times >= (is_throttled ? rules.throttled_max : rules.put_off_max)) {
        return finally(Kind::final, tries);
    }
    const Milliseconds wait = end.retry_after ? *end.retry_after : backed_off(rules, random, tries);
    RetryDecision decision = again(wait, Kind::final, tries);
    decision.holds_all = is_throttled || end.status == unavailable;
    return decision;
}

}  // namespace belay::batch_drive
