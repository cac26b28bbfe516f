#include "store/table/stop_point.hpp"

#ifdef BELAY_STOP_POINTS

#include <atomic>

namespace belay::store {
namespace {

std::atomic<StopHook> current_hook{nullptr};

}  // namespace

void set_stop_hook(StopHook hook) noexcept {
    // Release: what the test prepared for its hook is seen by who loads it below.
    current_hook.store(hook, std::memory_order_release);
}

void reach_stop_point(const char* point) {
    // Acquire, pairs with the release above.
    const StopHook hook = current_hook.load(std::memory_order_acquire);
    if (hook != nullptr) {
        hook(point);
    }
}

}  // namespace belay::store

#endif
