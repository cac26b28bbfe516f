#include "http/drive/midaz/intent_waits.hpp"

#include <vector>

#include "core/base/check.hpp"

namespace belay::http {

IntentWait::~IntentWait() {
    if (waits_ != nullptr) {
        waits_->end(*this);
    }
}

void IntentWait::expired() {
    waits_->end(*this);
    took_too_long();
}

IntentWaits::~IntentWaits() {
    check(waiting_.empty(), "nobody waits on a shard that is gone");
}

void IntentWaits::begin(IntentWait& wait, const job::Uuid& transfer) {
    check(!wait.is_waiting(), "one waits for one transfer at a time");
    waiting_.emplace(transfer, &wait);
    wait.waits_ = this;
    wait.transfer_ = transfer;
    shard_.arm(wait, length_);
}

void IntentWaits::end(IntentWait& wait) noexcept {
    const auto [first, last] = waiting_.equal_range(wait.transfer_);
    for (auto at = first; at != last; ++at) {
        if (at->second == &wait) {
            waiting_.erase(at);
            break;
        }
    }
    wait.waits_ = nullptr;
    wait.disarm();
}

void IntentWaits::resolve(const job::Uuid& transfer, const Resolution& resolution) {
    // All are taken out first: each may begin a new wait for the same transfer when it is told.
    std::vector<IntentWait*> told;
    const auto [first, last] = waiting_.equal_range(transfer);
    for (auto at = first; at != last; ++at) {
        told.push_back(at->second);
    }
    for (IntentWait* wait : told) {
        end(*wait);
    }
    for (IntentWait* wait : told) {
        wait->resolved(resolution);
    }
}

}  // namespace belay::http
