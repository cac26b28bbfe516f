#include "store/table/version.hpp"

#include <cstring>
#include <new>

#include "core/base/check.hpp"

namespace belay::store {

Version* Version::make(PoolLane& pool, const Shape& shape) noexcept {
    check(shape.size <= bytes_max, "a version fits a frame");
    check(shape.number <= number_max, "a record has fewer versions");
    void* memory = pool.allocate(sizeof(Version) + shape.size);
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
    pool.release(const_cast<Version*>(version), sizeof(Version) + version->size_);
}

void Version::retire(Participant& by, const Version* version) {
    by.retire(const_cast<Version*>(version), nullptr, [](Participant& to, void*, void* object) {
        destroy(to.pool(), static_cast<const Version*>(object));
    });
}

}  // namespace belay::store
