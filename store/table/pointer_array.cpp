#include "store/table/pointer_array.hpp"

#include <cstdlib>
#include <new>

#include "core/base/check.hpp"

namespace belay::store {

PointerArray* PointerArray::make(std::size_t capacity) noexcept {
    check(std::has_single_bit(capacity) && capacity >= chunk, "a capacity is a power of two");
    // calloc and not a loop: for a large array the kernel's pages are zero already.
    auto* slots = static_cast<std::uint64_t*>(std::calloc(capacity, sizeof(std::uint64_t)));
    if (slots == nullptr) {
        return nullptr;
    }
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
