#include "http/drive/midaz/turns.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::midaz {

run::task<> Turns::enter(const job::Uuid& subject) {
    if (inside_.size() < inside_max_ && inside_.insert(subject).second) {
        co_return;
    }
    run::Event admitted(shard_);
    waiting_.push_back({subject, &admitted});
    co_await admitted.wait();
}

void Turns::leave(const job::Uuid& subject) {
    check(inside_.erase(subject) == 1, "who leaves was inside");
    const auto next =
        std::find_if(waiting_.begin(), waiting_.end(),
                     [this](const Waiting& waiting) { return !inside_.contains(waiting.subject); });
    if (next != waiting_.end()) {
        // Inside from now on: nobody who comes before it runs takes its place.
        inside_.insert(next->subject);
        next->admitted->set();
        waiting_.erase(next);
    }
}

}  // namespace belay::midaz
