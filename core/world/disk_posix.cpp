// The real disk: the only file of the program that calls the operating system's file functions.
#include <algorithm>
#include <cerrno>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "core/world/disk.hpp"
#include "core/world/disk_path.hpp"

namespace belay::world {
namespace {

boost::system::error_code last_error() {
    return {errno, boost::system::system_category()};
}

boost::system::error_code invalid_path() {
    return {EINVAL, boost::system::system_category()};
}

/// Owns a file descriptor.
class Descriptor {
  public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            // An error of close tells nothing that sync did not; Linux closes it even so, and a
            // second close could hit a descriptor that another thread has just opened.
            ::close(number_);
        }
    }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }

    int number() const noexcept { return number_; }
    bool is_open() const noexcept { return number_ >= 0; }
    int release() noexcept { return std::exchange(number_, -1); }

  private:
    int number_;
};

Descriptor open_at(int directory, const std::string& path, int flags) {
    int number = -1;
    do {
        number = ::openat(directory, path.c_str(), flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
    } while (number < 0 && errno == EINTR);
    return Descriptor(number);
}

/// `path` as openat takes it: the root's own name is ".".
std::string directory_name(std::string_view directory) {
    return directory.empty() ? "." : std::string(directory);
}

void check_aligned(std::uint64_t offset, const std::byte* address, std::size_t size) {
    const auto misaligned = offset | reinterpret_cast<std::uintptr_t>(address) | size;
    check(misaligned % limits::block_bytes == 0, "direct I/O is in whole aligned blocks");
}

class PosixFile final : public File {
  public:
    PosixFile(Descriptor descriptor, bool direct) noexcept
        : descriptor_(std::move(descriptor)), direct_(direct) {}

    result<std::size_t> read_at(std::uint64_t offset, MutableByteSpan into) const override {
        if (direct_) {
            check_aligned(offset, into.data(), into.size());
        }
        std::size_t done = 0;
        while (done < into.size()) {
            const ssize_t count = ::pread(descriptor_.number(), into.data() + done,
                                          into.size() - done, static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0) {
                return last_error();
            }
            done += static_cast<std::size_t>(count);
            // A direct read that stops inside a block has met the end of the file, and the next
            // one would be misaligned.
            if (count == 0 || (direct_ && done % limits::block_bytes != 0)) {
                break;
            }
        }
        return done;
    }

    result<void> write_at(std::uint64_t offset, ByteSpan bytes) override {
        if (direct_) {
            check_aligned(offset, bytes.data(), bytes.size());
        }
        while (!bytes.empty()) {
            const ssize_t count = ::pwrite(descriptor_.number(), bytes.data(), bytes.size(),
                                           static_cast<off_t>(offset));
            if (count < 0 && errno == EINTR) {
                continue;
            }
            if (count < 0) {
                return last_error();
            }
            if (count == 0) {
                // POSIX allows it, Linux does not do it for files; without an end it would spin.
                return boost::system::error_code(EIO, boost::system::system_category());
            }
            offset += static_cast<std::uint64_t>(count);
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }

    result<void> sync() override {
        // Not tried again after any error, EINTR included: the kernel may have dropped what it
        // failed to write, and would then report success (reliability 2, rule 1).
        if (!direct_ && ::fdatasync(descriptor_.number()) != 0) {
            return last_error();
        }
        return {};
    }

    result<std::uint64_t> size() const override {
        struct stat status{};
        if (::fstat(descriptor_.number(), &status) != 0) {
            return last_error();
        }
        return static_cast<std::uint64_t>(status.st_size);
    }

    result<void> resize(std::uint64_t size) override {
        int status = 0;
        do {
            status = ::ftruncate(descriptor_.number(), static_cast<off_t>(size));
        } while (status != 0 && errno == EINTR);
        // O_DSYNC is about writes only.
        if (status != 0 || (direct_ && ::fdatasync(descriptor_.number()) != 0)) {
            return last_error();
        }
        return {};
    }

  private:
    Descriptor descriptor_;
    bool direct_;
};

/// flock(2) belongs to the open file description: it ends with the process however that ends, and
/// a second open of the same file meets it, in this process too.
class PosixLock final : public Lock {
  public:
    explicit PosixLock(Descriptor descriptor) noexcept : descriptor_(std::move(descriptor)) {}

  private:
    Descriptor descriptor_;
};

int flags_of(OpenOptions options) {
    const int direct = options.direct ? O_DIRECT | O_DSYNC : 0;
    switch (options.mode) {
        case Open::read:
            return O_RDONLY | direct;
        case Open::write:
            return O_RDWR | direct;
        case Open::create:
            return O_RDWR | O_CREAT | O_EXCL | direct;
        case Open::truncate:
            return O_RDWR | O_CREAT | O_TRUNC | direct;
    }
    check_failed("Open is a closed list", std::source_location::current());
}

struct CloseDirectory {
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

class PosixDisk final : public Disk {
  public:
    explicit PosixDisk(Descriptor root) noexcept : root_(std::move(root)) {}

    result<std::unique_ptr<File>> open(std::string_view path, OpenOptions options) override {
        if (!is_file_path(path)) {
            return invalid_path();
        }
        const std::string name(path);
        Descriptor descriptor = open_at(root_.number(), name, flags_of(options));
        if (!descriptor.is_open()) {
            const auto error = last_error();
            if (options.direct && options.mode == Open::create && error.value() == EINVAL) {
                // Linux has made the file by the time it finds that the file system cannot do
                // O_DIRECT. It did not exist before: that would have been EEXIST.
                ::unlinkat(root_.number(), name.c_str(), 0);
            }
            return error;
        }
        struct stat status{};
        if (::fstat(descriptor.number(), &status) != 0) {
            return last_error();
        }
        if (S_ISDIR(status.st_mode)) {
            return boost::system::error_code(EISDIR, boost::system::system_category());
        }
        return std::unique_ptr<File>(
            std::make_unique<PosixFile>(std::move(descriptor), options.direct));
    }

    result<void> rename(std::string_view from, std::string_view to) override {
        if (!is_file_path(from) || !is_file_path(to)) {
            return invalid_path();
        }
        if (::renameat(root_.number(), std::string(from).c_str(), root_.number(),
                       std::string(to).c_str()) != 0) {
            return last_error();
        }
        return {};
    }

    result<void> remove(std::string_view path) override {
        if (!is_file_path(path)) {
            return invalid_path();
        }
        if (::unlinkat(root_.number(), std::string(path).c_str(), 0) != 0) {
            return last_error();
        }
        return {};
    }

    result<std::vector<std::string>> list(std::string_view directory) const override {
        auto descriptor = open_directory(directory);
        if (!descriptor) {
            return descriptor.error();
        }
        const std::unique_ptr<DIR, CloseDirectory> stream(::fdopendir(descriptor->number()));
        if (!stream) {
            return last_error();
        }
        descriptor->release();  // closedir closes it
        std::vector<std::string> names;
        while (true) {
            errno = 0;
            const dirent* entry = ::readdir(stream.get());
            if (entry == nullptr) {
                break;
            }
            const std::string_view name = entry->d_name;
            if (name != "." && name != "..") {
                names.emplace_back(name);
            }
        }
        if (errno != 0) {
            return last_error();
        }
        std::ranges::sort(names);
        return names;
    }

    result<void> make_directory(std::string_view directory) override {
        if (!is_directory_path(directory)) {
            return invalid_path();
        }
        for (std::size_t end = 0; end < directory.size();) {
            end = std::min(directory.find('/', end + 1), directory.size());
            const std::string name(directory.substr(0, end));
            if (::mkdirat(root_.number(), name.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
                return last_error();
            }
        }
        const auto opened = open_directory(directory);  // EEXIST may have been a file
        if (!opened) {
            return opened.error();
        }
        return {};
    }

    result<void> sync_directory(std::string_view directory) override {
        const auto descriptor = open_directory(directory);
        if (!descriptor) {
            return descriptor.error();
        }
        if (::fsync(descriptor->number()) != 0) {
            return last_error();
        }
        return {};
    }

    result<std::unique_ptr<Lock>> lock(std::string_view path) override {
        if (!is_file_path(path)) {
            return invalid_path();
        }
        Descriptor descriptor = open_at(root_.number(), std::string(path), O_RDWR | O_CREAT);
        if (!descriptor.is_open()) {
            return last_error();
        }
        int status = 0;
        do {
            status = ::flock(descriptor.number(), LOCK_EX | LOCK_NB);
        } while (status != 0 && errno == EINTR);
        if (status != 0 && errno == EWOULDBLOCK) {
            return Error::locked;
        }
        if (status != 0) {
            return last_error();
        }
        return std::unique_ptr<Lock>(std::make_unique<PosixLock>(std::move(descriptor)));
    }

    result<std::uint64_t> free_bytes() const override {
        struct statvfs status{};
        if (::fstatvfs(root_.number(), &status) != 0) {
            return last_error();
        }
        return std::uint64_t{status.f_bavail} * status.f_frsize;
    }

  private:
    result<Descriptor> open_directory(std::string_view directory) const {
        if (!is_directory_path(directory)) {
            return invalid_path();
        }
        Descriptor descriptor =
            open_at(root_.number(), directory_name(directory), O_RDONLY | O_DIRECTORY);
        if (!descriptor.is_open()) {
            return last_error();
        }
        return descriptor;
    }

    Descriptor root_;
};

/// Makes `path` and its parents; the name of each one that was made is durable in its parent,
/// which nobody who is given the root could do later.
result<void> make_root(const std::string& path) {
    for (std::size_t end = 0; end < path.size();) {
        end = std::min(path.find('/', end + 1), path.size());
        const std::string name = path.substr(0, end);
        if (::mkdir(name.c_str(), S_IRWXU) != 0) {
            if (errno == EEXIST) {
                continue;
            }
            return last_error();
        }
        const Descriptor made = open_at(AT_FDCWD, name, O_RDONLY | O_DIRECTORY);
        const Descriptor parent =
            made.is_open() ? open_at(made.number(), "..", O_RDONLY | O_DIRECTORY) : Descriptor(-1);
        if (!parent.is_open() || ::fsync(parent.number()) != 0) {
            return last_error();
        }
    }
    return {};
}

}  // namespace

result<std::unique_ptr<Disk>> open_posix_disk(const std::string& root) {
    Descriptor descriptor = open_at(AT_FDCWD, root, O_RDONLY | O_DIRECTORY);
    if (!descriptor.is_open() && errno == ENOENT) {
        const auto made = make_root(root);
        if (!made) {
            return made.error();
        }
        descriptor = open_at(AT_FDCWD, root, O_RDONLY | O_DIRECTORY);
    }
    if (!descriptor.is_open()) {
        return last_error();
    }
    return std::unique_ptr<Disk>(std::make_unique<PosixDisk>(std::move(descriptor)));
}

}  // namespace belay::world
