#include "http/drive/midaz/breaker.hpp"

namespace belay::midaz {

std::optional<world::MonotonicTime> Breaker::blocked_until(world::MonotonicTime now) noexcept {
    if (!opened_) {
        return std::nullopt;
    }
    if (now < retry_) {
        return retry_;
    }
    // This call is the one that tries. If its outcome is never told, another may try after a pause.
    retry_ = now + settings_.pause;
    return std::nullopt;
}

void Breaker::succeeded() noexcept {
    failures_ = 0;
    opened_ = false;
}

void Breaker::failed(world::MonotonicTime now) noexcept {
    ++failures_;
    if (opened_ || failures_ >= settings_.failures_max) {
        opened_ = true;
        retry_ = now + settings_.pause;
    }
}

}  // namespace belay::midaz
