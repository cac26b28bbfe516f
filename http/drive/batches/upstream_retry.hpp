// What the outcome of one call to an upstream comes to: the row's answer, or another try. No I/O.
//
// Every send of a row bears the same idempotency key, and the upstream keeps keys (contracts README
// 4), so that asking again what was asked before is safe. It is of use in these cases alone:
//
//   nothing arrived (no address, no connection, no TLS)     again, `unreached_max` times in all;
//                                                           then 503 upstream_unreachable
//   it may have arrived, and no answer came                 again, `lost_max` times in all;
//                                                           then 504 outcome_unknown
//   Stripe-Should-Retry: false                              never, whatever the status
//   429, and 503 with Retry-After                           again, for all rows a pause
//   409 with Retry-After                                    again
//   any status from 400 on with Stripe-Should-Retry: true   again
//   409 of a row whose earlier send may be at work still    again
//   every other answer                                      the row's answer
//
// An answer that says to come again is believed `put_off_max` times, 429, which says nothing of the
// row, `throttled_max` times; then it is the row's answer. So is at once one that says to come
// later than in `retry_after_max`.
//
// A row of which an earlier send may have been acted on ends as 504 outcome_unknown unless the
// answer is one that the operation itself gives, 2xx or 4xx: no later failure takes back what a
// send has done. Neither a connection that fails, nor 3xx and 5xx, nor what is said before a key is
// looked at (401, 403, 407, 408, 409, 425, 429), tells what became of that send.
//
// Waits: what Retry-After says, else `first_wait`, doubled with each try up to `wait_max`, of which
// a random half is taken off, so that rows that failed together do not come back together.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/time.hpp"
#include "http/drive/batches/row_target.hpp"

namespace belay::batch_drive {

struct RetryRules {
    std::uint16_t unreached_max = 5;
    std::uint16_t lost_max = 3;
    std::uint16_t put_off_max = 10;
    std::uint16_t throttled_max = 100;
    Milliseconds first_wait{500};
    Milliseconds wait_max = std::chrono::seconds(8);
    Milliseconds retry_after_max = std::chrono::hours(1);
};

/// How a call ended.
struct CallEnd {
    enum class Kind : std::uint8_t {
        answered,
        unreached,  ///< nothing of the request was sent
        lost,       ///< some of it was, and no whole answer came
    };

    Kind kind = Kind::answered;
    // Of an answer.
    int status = 0;
    std::optional<Milliseconds> retry_after{};
    /// Stripe-Should-Retry, as it came; empty: it did not.
    std::string_view should_retry{};
};

struct RetryDecision {
    enum class Kind : std::uint8_t {
        final,  ///< the upstream's answer is the row's
        again,  ///< not before `wait`; what is recorded if it is not sent again is `otherwise`
        unreachable,  ///< 503 upstream_unreachable
        unknown,      ///< 504 outcome_unknown
    };

    Kind kind = Kind::final;
    Milliseconds wait{};
    bool holds_all = false;
    /// again: final, unreachable or unknown.
    Kind otherwise = Kind::final;
};

/// Counts the end in `tries`. `random` spreads the wait.
RetryDecision decide_retry(const CallEnd& end, const RetryRules& rules, std::uint32_t random,
                           RowTries& tries) noexcept;

}  // namespace belay::batch_drive
