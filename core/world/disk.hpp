// The seam to the disk. Paths are relative to the root that the disk was made with, parts divided
// by '/', never "..". Errors are the operating system's (boost::system::system_category): a caller
// compares with boost::system::errc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace belay::world {

/// An open file; closed by its destructor. One thread at a time, but for read_at, which any may
/// call. A file opened `direct` takes offset, address and size of reads and writes only as
/// multiples of limits::block_bytes.
class File {
  public:
    virtual ~File() = default;

    /// Reads until `into` is full or the file ends; gives the count read.
    virtual result<std::size_t> read_at(std::uint64_t offset, MutableByteSpan into) const = 0;

    /// Writes all of `bytes`, going on after a short write or an interruption. After an error an
    /// unknown part is written.
    virtual result<void> write_at(std::uint64_t offset, ByteSpan bytes) = 0;

    /// Makes the file's contents (and the size they need) durable: fdatasync. Does nothing for a
    /// file opened `direct`, whose writes are durable when they return.
    virtual result<void> sync() = 0;

    virtual result<std::uint64_t> size() const = 0;

    /// Cuts, or grows with zeros. Durable as a write is.
    virtual result<void> resize(std::uint64_t size) = 0;
};

enum class Open {
    read,      ///< must exist
    write,     ///< must exist; read and write
    create,    ///< must not exist; read and write, mode 0600
    truncate,  ///< made or emptied; read and write, mode 0600
};

struct OpenOptions {
    Open mode = Open::read;
    /// O_DIRECT | O_DSYNC. Fails with invalid_argument where the file system cannot; Open::truncate
    /// may then have left an empty file.
    bool direct = false;
};

/// Held while it lives: a lock on a file that keeps a second process out.
class Lock {
  public:
    virtual ~Lock() = default;
};

/// Thread-safe. A path that leads out of the root is invalid_argument.
class Disk {
  public:
    virtual ~Disk() = default;

    virtual result<std::unique_ptr<File>> open(std::string_view path, OpenOptions options) = 0;

    /// Of files. Replaces `to` if it exists. Durable only after sync_directory.
    virtual result<void> rename(std::string_view from, std::string_view to) = 0;

    /// Of files. Durable only after sync_directory.
    virtual result<void> remove(std::string_view path) = 0;

    /// The names (not paths) in a directory, sorted.
    virtual result<std::vector<std::string>> list(std::string_view directory) const = 0;

    /// Makes it and its parents; no error if it exists.
    virtual result<void> make_directory(std::string_view directory) = 0;

    /// Makes the names in a directory durable ("" is the root).
    virtual result<void> sync_directory(std::string_view directory) = 0;

    /// Takes the lock file, making it if absent. Error::locked if another process has it.
    virtual result<std::unique_ptr<Lock>> lock(std::string_view path) = 0;

    /// Bytes that may still be written.
    virtual result<std::uint64_t> free_bytes() const = 0;
};

/// All of a file, if it is at most `size_max` bytes; Error::too_large otherwise.
result<std::string> read_whole(Disk& disk, std::string_view path, std::uint64_t size_max);

/// Writes a file so that a crash leaves the old one or the new one, whole: temporary name
/// ("<path>.tmp"), sync, rename, sync of the directory.
result<void> write_whole(Disk& disk, std::string_view path, ByteSpan bytes);

/// The real one. `root` is made (mode 0700) if it is absent.
result<std::unique_ptr<Disk>> open_posix_disk(const std::string& root);

}  // namespace belay::world
