#include "core/outbox/schedule.hpp"

#include <algorithm>
#include <numeric>

#include "core/base/check.hpp"

namespace belay::outbox {
namespace {

constexpr Milliseconds retry_after_max = std::chrono::hours(24);
constexpr std::uint64_t spread_part = 10;  // a tenth

}  // namespace

Schedule::Schedule(std::vector<Milliseconds> waits) : waits_(std::move(waits)) {
    check(!waits_.empty(), "a schedule has at least one attempt");
}

Schedule Schedule::usual() {
    using std::chrono::hours;
    using std::chrono::minutes;
    using std::chrono::seconds;
    return Schedule({seconds(0), seconds(5), minutes(5), minutes(30), hours(2), hours(5), hours(10),
                     hours(14), hours(20), hours(24)});
}

Milliseconds Schedule::span() const noexcept {
    return std::accumulate(waits_.begin(), waits_.end(), Milliseconds(0));
}

std::optional<Milliseconds> Schedule::next_wait(std::uint32_t attempts,
                                                std::optional<Milliseconds> retry_after,
                                                std::uint32_t random) const {
    if (attempts >= waits_.size()) {
        return std::nullopt;
    }
    const Milliseconds asked = std::min(retry_after.value_or(Milliseconds(0)), retry_after_max);
    const Milliseconds wait = std::max(waits_[attempts], asked);
    const auto spread = static_cast<std::uint64_t>(wait.count()) / spread_part;
    return wait + Milliseconds(static_cast<std::int64_t>(spread * random >> 32U));
}

}  // namespace belay::outbox
