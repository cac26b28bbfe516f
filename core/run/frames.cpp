#include "core/run/frames.hpp"

#include <array>
#include <new>

namespace belay::run {

#ifdef BELAY_ADDRESS_SANITIZER

// Kept frames would hide a use after free.
void* allocate_frame(std::size_t bytes) {
    return ::operator new(bytes);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
    ::operator delete(frame, bytes);
}

#else

namespace {

constexpr std::size_t step_bytes = 64;
constexpr std::size_t size_count = 32;     // frames above 2 KiB are not kept
constexpr std::size_t kept_per_size = 64;  // at most 64 * (64 + 128 + … + 2048) bytes a thread

struct Freed {
    Freed* next;
};

class Cache {
  public:
    Cache() = default;
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    ~Cache() {
        for (Shelf& shelf : shelves_) {
            while (shelf.first != nullptr) {
                ::operator delete(take(shelf));
            }
            shelf.count = kept_per_size;  // a frame freed after this thread's end is not kept
        }
    }

    void* allocate(std::size_t size) {
        Shelf& shelf = shelves_[size];
        return shelf.first != nullptr ? take(shelf) : ::operator new((size + 1) * step_bytes);
    }

    void free(void* frame, std::size_t size) noexcept {
        Shelf& shelf = shelves_[size];
        if (shelf.count == kept_per_size) {
            ::operator delete(frame);
            return;
        }
        shelf.first = new (frame) Freed{shelf.first};
        ++shelf.count;
    }

  private:
    struct Shelf {
        Freed* first = nullptr;
        std::size_t count = 0;
    };

    static void* take(Shelf& shelf) noexcept {
        Freed* frame = shelf.first;
        shelf.first = frame->next;
        --shelf.count;
        return frame;
    }

    std::array<Shelf, size_count> shelves_;
};

thread_local Cache cache;

std::size_t size_index(std::size_t bytes) noexcept {
    return (bytes - 1) / step_bytes;
}

}  // namespace

void* allocate_frame(std::size_t bytes) {
    const std::size_t size = size_index(bytes);
    return size < size_count ? cache.allocate(size) : ::operator new(bytes);
}

void free_frame(void* frame, std::size_t bytes) noexcept {
    const std::size_t size = size_index(bytes);
    if (size < size_count) {
        cache.free(frame, size);
    } else {
        ::operator delete(frame);
    }
}

#endif

}  // namespace belay::run
