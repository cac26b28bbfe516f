#include "tests/drive/batches/heap.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

// All relaxed: read by the thread that has done what is measured.
std::atomic<std::size_t> bytes{0};
std::atomic<std::size_t> peak{0};

void* take(std::size_t size) {
    void* taken = std::malloc(size);
    if (taken == nullptr) {
        std::abort();
    }
    const std::size_t more = ::malloc_usable_size(taken);
    const std::size_t now = bytes.fetch_add(more, std::memory_order_relaxed) + more;
    std::size_t most = peak.load(std::memory_order_relaxed);
    while (now > most && !peak.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
    }
    return taken;
}

void give(void* given) noexcept {
    bytes.fetch_sub(::malloc_usable_size(given), std::memory_order_relaxed);
    std::free(given);
}

}  // namespace

void* operator new(std::size_t size) {
    return take(size);
}
void* operator new[](std::size_t size) {
    return take(size);
}
void operator delete(void* given) noexcept {
    give(given);
}
void operator delete[](void* given) noexcept {
    give(given);
}
void operator delete(void* given, std::size_t) noexcept {
    give(given);
}
void operator delete[](void* given, std::size_t) noexcept {
    give(given);
}

namespace belay::test {

std::size_t heap_bytes() noexcept {
    return bytes.load(std::memory_order_relaxed);
}

std::size_t heap_peak_and_reset() noexcept {
    return peak.exchange(heap_bytes(), std::memory_order_relaxed);
}

}  // namespace belay::test
