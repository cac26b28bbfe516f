// Counts what each thread of a program allocates and which locks it takes, and where it takes them.
//
// A test loads this library into the server (LD_PRELOAD) and reads the counts in pages that both
// have mapped: the file that COUNTS_PAGE names, 32768 zeros to begin with (hot_path_test.py). The
// first page has a line for each thread, which only the thread itself writes; the others have a
// line for each place in the code from which a thread has taken locks. A reader that lets the
// program come to rest first sees whole counts.
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* block, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);
}

namespace {

constexpr std::size_t page_bytes = 4096;

/// Native order, as struct.unpack("qqq") reads it. Relaxed throughout: each counts for itself, and
/// whoever reads them has another way to know that all is done.
struct Line {
    std::atomic<std::int64_t> thread;
    std::atomic<std::int64_t> allocations;
    std::atomic<std::int64_t> locks;
};

constexpr std::size_t line_count = page_bytes / sizeof(Line);

/// Native order, "qq". The place is the address that the call returns to, with the number of the
/// thread's line in the bits that no address has.
struct Site {
    std::atomic<std::int64_t> place;
    std::atomic<std::int64_t> locks;
};

constexpr std::size_t all_bytes = 8 * page_bytes;
constexpr std::size_t site_count = (all_bytes - page_bytes) / sizeof(Site);
constexpr unsigned address_bits = 48;

Line* map_page() noexcept {
    const char* path = std::getenv("COUNTS_PAGE");
    const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void* page = file < 0 ? MAP_FAILED
                          : mmap(nullptr, all_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page == MAP_FAILED) {
        _exit(99);
    }
    close(file);
    return static_cast<Line*>(page);
}

/// Nothing here may allocate, nor be made at first use under a lock: the first call comes before
/// any constructor.
std::atomic<Line*> lines{nullptr};
std::atomic<std::size_t> lines_taken{0};
thread_local Line* own_line __attribute__((tls_model("initial-exec"))) = nullptr;

Line& line_of_this_thread() noexcept {
    if (own_line == nullptr) {
        Line* all = lines.load(std::memory_order_relaxed);
        if (all == nullptr) {
            // Before there is a second thread.
            all = map_page();
            lines.store(all, std::memory_order_relaxed);
        }
        const std::size_t number = lines_taken.fetch_add(1, std::memory_order_relaxed);
        if (number >= line_count) {
            _exit(98);
        }
        own_line = all + number;
        own_line->thread.store(syscall(SYS_gettid), std::memory_order_relaxed);
    }
    return *own_line;
}

void count(std::atomic<std::int64_t> Line::* what) noexcept {
    (line_of_this_thread().*what).fetch_add(1, std::memory_order_relaxed);
}

void count_lock(const void* caller) noexcept {
    Line& line = line_of_this_thread();
    line.locks.fetch_add(1, std::memory_order_relaxed);
    Line* all = lines.load(std::memory_order_relaxed);
    auto* sites = reinterpret_cast<Site*>(reinterpret_cast<char*>(all) + page_bytes);
    const std::int64_t number = &line - all;
    const std::int64_t place = reinterpret_cast<std::int64_t>(caller) | number << address_bits;
    for (std::size_t step = 0; step < site_count; ++step) {
        Site& site = sites[(static_cast<std::size_t>(place) + step) % site_count];
        std::int64_t found = site.place.load(std::memory_order_relaxed);
        if (found == 0 &&
            site.place.compare_exchange_strong(found, place, std::memory_order_relaxed)) {
            found = place;
        }
        if (found == place) {
            site.locks.fetch_add(1, std::memory_order_relaxed);
            return;
        }
    }
    _exit(97);
}

using Lock = int (*)(pthread_mutex_t*);

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) {
    count(&Line::allocations);
    return __libc_malloc(bytes);
}

void* calloc(std::size_t number, std::size_t bytes) {
    count(&Line::allocations);
    return __libc_calloc(number, bytes);
}

void* realloc(void* block, std::size_t bytes) {
    count(&Line::allocations);
    return __libc_realloc(block, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
    count(&Line::allocations);
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
    count(&Line::allocations);
    *block = __libc_memalign(alignment, bytes);
    return *block == nullptr ? ENOMEM : 0;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
    static std::atomic<Lock> lock{nullptr};
    Lock next = lock.load(std::memory_order_relaxed);
    if (next == nullptr) {
        next = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
        lock.store(next, std::memory_order_relaxed);
    }
    count_lock(__builtin_return_address(0));
    return next(mutex);
}

}  // extern "C"
