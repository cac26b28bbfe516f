#include "store/log/ring_memory.hpp"

#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace belay::store {
namespace {

boost::system::error_code last_error() noexcept {
    return {errno, boost::system::system_category()};
}

/// Maps the pages of `file` twice into one reserved range.
result<std::byte*> map_twice(int file, std::size_t capacity, RingPages pages) {
    // The first turn of a ring that serves must not pay for page faults.
    const int populate = pages == RingPages::touched ? MAP_POPULATE : 0;
    void* range = mmap(nullptr, capacity * 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (range == MAP_FAILED) {
        return last_error();
    }
    auto* first = static_cast<std::byte*>(range);
    for (std::byte* half : {first, first + capacity}) {
        if (mmap(half, capacity, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | populate, file,
                 0) == MAP_FAILED) {
            const boost::system::error_code error = last_error();
            munmap(range, capacity * 2);
            return error;
        }
    }
    return first;
}

}  // namespace

result<RingMemory> RingMemory::map(std::size_t capacity, RingPages pages) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    if (!std::has_single_bit(capacity) || capacity % page != 0) {
        return make_error_code(Error::malformed);
    }
    const int file = memfd_create("belay-log-ring", MFD_CLOEXEC);
    if (file < 0) {
        return last_error();
    }
    if (ftruncate(file, static_cast<off_t>(capacity)) != 0) {
        const boost::system::error_code error = last_error();
        close(file);
        return error;
    }
    const result<std::byte*> data = map_twice(file, capacity, pages);
    close(file);  // the mappings keep the pages
    if (data.has_error()) {
        return data.error();
    }
    return RingMemory(data.value(), capacity);
}

RingMemory::RingMemory(RingMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), capacity_(other.capacity_) {}

RingMemory::~RingMemory() {
    if (data_ != nullptr) {
        munmap(data_, capacity_ * 2);
    }
}

}  // namespace belay::store
