// What a failing disk, a kill between two calls and a wrong clock do to a program, on demand.
//
// A test loads this library into the server (LD_PRELOAD) and tells it what to do through a page
// that both have mapped: the file that FAULTS_PAGE names (tests/crash/faults.py writes it). One
// rule is in force at a time: from the n-th matching call on, something happens to so many of them.
// A call matches by its kind and by a part of the path that it is about. Calls are counted over all
// threads, which strace does for each thread alone.
//
// Every function here stands in the place of one of the C library, and passes it on as a system
// call.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

/// Bits: a rule is about one or several kinds of calls.
enum Call : std::int64_t {
    call_openat = 1,
    call_pwrite = 2,
    call_fsync = 4,
    call_fdatasync = 8,
    call_renameat = 16,
    call_unlinkat = 32,
    call_ftruncate = 64,
    call_mkdirat = 128,
    call_pread = 256,
};

enum class Action : std::int64_t {
    none = 0,
    count = 1,
    kill_before = 2,
    kill_after = 3,
    fail = 4,       ///< argument: the errno
    cut_short = 5,  ///< argument: the most bytes that are written
    lose = 6,       ///< the write says that it was done
    misplace = 7,   ///< argument: so many bytes further on
    delay = 8,      ///< argument: milliseconds
};

/// The shared page. The test writes `action` last and sets it to none before it changes the rest.
struct Page {
    std::atomic<std::int64_t> action;
    std::int64_t calls;
    std::int64_t first;  ///< the how manieth matching call is the first one, from 1
    std::int64_t times;  ///< how many calls from there on; 0: all
    std::int64_t argument;
    std::atomic<std::int64_t> seen;   ///< matching calls so far
    std::atomic<std::int64_t> fired;  ///< those to which it has happened
    std::atomic<std::int64_t> clock_shift_milliseconds;
    std::atomic<std::int64_t> denies_direct;  ///< 1: a file system without O_DIRECT
    char where[256];                          ///< part of the path; ends with NUL
};

std::atomic<Page*> shared_page{nullptr};

__attribute__((constructor)) void map_page() {
    const char* path = std::getenv("FAULTS_PAGE");
    if (path == nullptr) {
        return;
    }
    const auto file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC));
    void* address = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || address == MAP_FAILED) {
        std::abort();
    }
    ::close(file);
    shared_page.store(static_cast<Page*>(address));
}

/// What happens to this call.
struct Fate {
    Action action = Action::none;
    std::int64_t argument = 0;
};

/// `directory` and `name` as the *at calls take them; no name: the file itself.
bool is_about(const Page& page, int directory, const char* name) {
    char link[64] = "/proc/self/fd/";
    char digits[16];
    std::size_t count = 0;
    for (unsigned rest = static_cast<unsigned>(directory); count == 0 || rest != 0; rest /= 10) {
        digits[count++] = static_cast<char>('0' + rest % 10);
    }
    std::size_t end = std::strlen(link);
    while (count != 0) {
        link[end++] = digits[--count];
    }
    char path[2 * 4096] = {};
    if (directory != AT_FDCWD && (name == nullptr || name[0] != '/')) {
        if (::syscall(SYS_readlink, link, path, 4095) < 0) {
            return false;
        }
    }
    if (name != nullptr) {
        std::strcat(path, "/");
        std::strncat(path, name, 4000);
    }
    return std::strstr(path, page.where) != nullptr;
}

Fate fate_of(Call call, int directory, const char* name = nullptr) {
    Page* page = shared_page.load();
    const Action action = page == nullptr ? Action::none : Action{page->action.load()};
    const int error = errno;
    if (action == Action::none || (page->calls & call) == 0 || !is_about(*page, directory, name)) {
        errno = error;
        return {};
    }
    errno = error;
    const std::int64_t number = page->seen.fetch_add(1) + 1;
    if (number < page->first || (page->times != 0 && number >= page->first + page->times)) {
        return {};
    }
    page->fired.fetch_add(1);
    if (action == Action::kill_before) {
        ::kill(::getpid(), SIGKILL);
    }
    if (action == Action::delay) {
        ::poll(nullptr, 0, static_cast<int>(page->argument));
    }
    return {action, page->argument};
}

/// Does `call` unless it fails; a kill comes after it.
template <class Do>
long passed_on(const Fate& fate, Do call) {
    if (fate.action == Action::fail) {
        errno = static_cast<int>(fate.argument);
        return -1;
    }
    const long done = call();
    if (fate.action == Action::kill_after) {
        ::kill(::getpid(), SIGKILL);
    }
    return done;
}

int open_file(int directory, const char* name, int flags, mode_t mode) {
    const Fate fate = fate_of(call_openat, directory, name);
    const Page* page = shared_page.load();
    if (page != nullptr && page->denies_direct.load() != 0 && (flags & O_DIRECT) == O_DIRECT) {
        // As Linux does it: the file is made, then it is found that it cannot be direct.
        const long made = ::syscall(SYS_openat, directory, name, flags & ~O_DIRECT, mode);
        if (made >= 0) {
            ::close(static_cast<int>(made));
            errno = EINVAL;
        }
        return -1;
    }
    return static_cast<int>(
        passed_on(fate, [&] { return ::syscall(SYS_openat, directory, name, flags, mode); }));
}

ssize_t write_at(int file, const void* bytes, std::size_t size, off_t offset) {
    const Fate fate = fate_of(call_pwrite, file);
    if (fate.action == Action::lose) {
        return static_cast<ssize_t>(size);
    }
    if (fate.action == Action::cut_short && size > static_cast<std::size_t>(fate.argument)) {
        size = static_cast<std::size_t>(fate.argument);
    }
    if (fate.action == Action::misplace) {
        offset += fate.argument;
    }
    return passed_on(fate, [&] { return ::syscall(SYS_pwrite64, file, bytes, size, offset); });
}

ssize_t read_at(int file, void* bytes, std::size_t size, off_t offset) {
    const Fate fate = fate_of(call_pread, file);
    if (fate.action == Action::cut_short && size > static_cast<std::size_t>(fate.argument)) {
        size = static_cast<std::size_t>(fate.argument);
    }
    return passed_on(fate, [&] { return ::syscall(SYS_pread64, file, bytes, size, offset); });
}

int resize(int file, off_t size) {
    return static_cast<int>(passed_on(fate_of(call_ftruncate, file),
                                      [&] { return ::syscall(SYS_ftruncate, file, size); }));
}

}  // namespace

extern "C" {

int openat(int directory, const char* name, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(directory, name, flags, mode);
}

int openat64(int directory, const char* name, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return open_file(directory, name, flags, mode);
}

ssize_t pwrite(int file, const void* bytes, std::size_t size, off_t offset) {
    return write_at(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void* bytes, std::size_t size, off64_t offset) {
    return write_at(file, bytes, size, offset);
}

ssize_t pread(int file, void* bytes, std::size_t size, off_t offset) {
    return read_at(file, bytes, size, offset);
}

ssize_t pread64(int file, void* bytes, std::size_t size, off64_t offset) {
    return read_at(file, bytes, size, offset);
}

int fsync(int file) {
    return static_cast<int>(
        passed_on(fate_of(call_fsync, file), [&] { return ::syscall(SYS_fsync, file); }));
}

int fdatasync(int file) {
    return static_cast<int>(
        passed_on(fate_of(call_fdatasync, file), [&] { return ::syscall(SYS_fdatasync, file); }));
}

int renameat(int from_directory, const char* from, int to_directory, const char* to) noexcept {
    return static_cast<int>(passed_on(fate_of(call_renameat, to_directory, to), [&] {
        return ::syscall(SYS_renameat, from_directory, from, to_directory, to);
    }));
}

int unlinkat(int directory, const char* name, int flags) noexcept {
    return static_cast<int>(passed_on(fate_of(call_unlinkat, directory, name), [&] {
        return ::syscall(SYS_unlinkat, directory, name, flags);
    }));
}

int mkdirat(int directory, const char* name, mode_t mode) noexcept {
    return static_cast<int>(passed_on(fate_of(call_mkdirat, directory, name), [&] {
        return ::syscall(SYS_mkdirat, directory, name, mode);
    }));
}

int ftruncate(int file, off_t size) noexcept {
    return resize(file, size);
}

int ftruncate64(int file, off64_t size) noexcept {
    return resize(file, size);
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const auto status = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
    const Page* page = shared_page.load();
    if (status == 0 && page != nullptr &&
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        const std::int64_t shift = page->clock_shift_milliseconds.load();
        constexpr std::int64_t nanoseconds_in_second = 1'000'000'000;
        const std::int64_t nanoseconds = time->tv_nsec + shift % 1000 * 1'000'000;
        time->tv_sec += shift / 1000 + (nanoseconds >= nanoseconds_in_second ? 1 : 0) -
                        (nanoseconds < 0 ? 1 : 0);
        time->tv_nsec = (nanoseconds + nanoseconds_in_second) % nanoseconds_in_second;
    }
    return status;
}
}
