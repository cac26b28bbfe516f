#include "store/table/version.hpp"

#include <cstring>
#include <new>

#include "core/base/check.hpp"

namespace belay::store {

Version::Version(const Shape& shape) noexcept
    : lsn_(shape.lsn),
      number_(shape.number & number_max),
      size_(shape.size & bytes_max),
      tombstone_(shape.tombstone ? 1 : 0),
      packed_(shape.packed ? 1 : 0) {
    set_previous(nullptr);
}

void Version::set_previous(const Version* previous) noexcept {
    if (has_previous(number_)) {
        new (this + 1) const Version*(previous);
    } else {
        check(previous == nullptr, "the first version of a record replaces none");
    }
}

Version* Version::make(PoolLane& pool, const Shape& shape) noexcept {
    check(shape.size <= bytes_max, "a version fits a frame");
    check(shape.number <= number_max, "a record has fewer versions");
    void* memory = pool.allocate(memory_bytes(shape.number, shape.size));
    return memory == nullptr ? nullptr : new (memory) Version(shape);
}

Version* Version::make(PoolLane& pool, Shape shape, ByteSpan bytes) noexcept {
    shape.size = bytes.size();
    Version* version = make(pool, shape);
    if (version != nullptr && !bytes.empty()) {
        std::memcpy(version->writable().data(), bytes.data(), bytes.size());
    }
    return version;
}

void Version::destroy(PoolLane& pool, const Version* version) noexcept {
    // Trivially destructible: only the memory goes.
    pool.release(const_cast<Version*>(version), memory_bytes(version->number_, version->size_));
}

void Version::retire(Participant& by, const Version* version) {
    by.retire(const_cast<Version*>(version), nullptr, [](Participant& to, void*, void* object) {
        destroy(to.pool(), static_cast<const Version*>(object));
    });
}

}  // namespace belay::store
