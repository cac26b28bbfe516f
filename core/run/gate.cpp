#include "core/run/gate.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace belay::run {

Gate::~Gate() {
    check(inside_ == 0, "a gate is empty at its end");
}

bool Gate::enter() noexcept {
    if (closed_) {
        return false;
    }
    ++inside_;
    return true;
}

void Gate::leave() {
    check(inside_ > 0, "who leaves a gate has entered it");
    --inside_;
    if (inside_ == 0 && closed_) {
        // The callee may destroy this gate.
        const std::function<void()> report = std::move(when_empty_);
        report();
    }
}

void Gate::close(std::function<void()> when_empty) {
    check(!closed_, "a gate is closed once");
    closed_ = true;
    if (inside_ == 0) {
        when_empty();
    } else {
        when_empty_ = std::move(when_empty);
    }
}

}  // namespace belay::run
