// What may be used up, by amount and count, a day and a month (core/transfers/usage.hpp), as part
// of operations.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/transfers/initiation.hpp"
#include "core/transfers/settings.hpp"
#include "core/transfers/usage.hpp"
#include "http/drive/subjects.hpp"
#include "http/families/transfers/errors.hpp"
#include "store/store.hpp"

namespace belay::transfer_api {

/// Whether the transfer would be over a limit as things are; for a client that asks beforehand.
/// What counts is decided when it is confirmed.
std::optional<Refusal> over_limit(store::Lane& lane, const transfers::Settings& rules,
                                  const transfers::Initiation& initiation, WallTime now);

/// Counts a confirmed transfer, in the transition that confirms it: two that race cannot both use
/// up the last of a limit.
class LimitsAct {
  public:
    /// Names the counters of the day. Nothing if there are no limits.
    void name(const transfers::Settings& rules, const transfers::Initiation& initiation, Day day,
              http::Subjects& to);

    /// The day that the transfer counts on; nullopt without limits.
    const std::optional<Day>& day() const noexcept { return day_; }

    /// Puts the counters, or says which limit it would be over: then nothing is put.
    std::optional<Refusal> count(const store::View& view, store::Draft& draft,
                                 const transfers::Settings& rules, ledger::Money amount) const;

  private:
    std::optional<Day> day_;
    std::array<std::size_t, transfers::scope_count> subjects_{};
};

}  // namespace belay::transfer_api
