#include "store/table/pointer_array.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

#include <sys/mman.h>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

/// For the whole large pages inside: a lookup reads one slot anywhere in the array.
void wish_for_large_pages(void* memory, std::size_t bytes) noexcept {
    constexpr std::size_t large_page_bytes = 2 * 1024 * 1024;
    const auto begin = reinterpret_cast<std::uintptr_t>(memory);
    const std::uintptr_t first = (begin + large_page_bytes - 1) / large_page_bytes;
    const std::uintptr_t behind = (begin + bytes) / large_page_bytes;
    if (first < behind) {
        // Refused, it is as it was.
        ::madvise(reinterpret_cast<void*>(first * large_page_bytes),
                  (behind - first) * large_page_bytes, MADV_HUGEPAGE);
    }
}

}  // namespace

PointerArray* PointerArray::make(std::size_t capacity) noexcept {
    check(std::has_single_bit(capacity) && capacity >= chunk, "a capacity is a power of two");
    // calloc and not a loop: for a large array the kernel's pages are zero already.
    auto* slots = static_cast<std::uint64_t*>(std::calloc(capacity, sizeof(std::uint64_t)));
    if (slots == nullptr) {
        return nullptr;
    }
    wish_for_large_pages(slots, capacity * sizeof(std::uint64_t));
    auto* array = new (std::nothrow) PointerArray(capacity, slots);
    if (array == nullptr) {
        std::free(slots);
    }
    return array;
}

void PointerArray::destroy(PointerArray* array) noexcept {
    std::free(array->slots_);
    delete array;
}

}  // namespace belay::store
