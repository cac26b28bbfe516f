// The contents of one file of the simulated disk, as two images: what was written, and what of it
// is durable. Pages never change once made: both images and every unsynced write share them, so a
// large sparse file costs what was written to it, and a crash costs what was not synced.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/world/entropy.hpp"

namespace belay::world {

/// Not thread-safe: the simulated disk has one mutex for all.
class SimFile {
  public:
    static constexpr std::size_t page_bytes = 4096;
    static constexpr std::size_t sector_bytes = 512;  ///< what a device writes whole or not at all

    std::uint64_t size() const noexcept { return written_.size; }

    /// io_error where the range touches a bad sector.
    result<std::size_t> read(std::uint64_t offset, MutableByteSpan into) const;

    /// Repairs the bad sectors it touches, as a device does by taking spare ones.
    void write(std::uint64_t offset, ByteSpan bytes);

    void resize(std::uint64_t size);

    /// Everything written is durable.
    void sync();

    /// A sync that failed: part of what was not durable now is, the rest is only in memory and no
    /// later sync will write it (reliability 2, rule 1).
    void fail_sync(Entropy& entropy);

    /// Settles each unsynced write by chance and goes on from the durable image.
    void lose_power(Entropy& entropy);

    /// In both images, where they reach so far.
    void flip_bit(std::uint64_t offset, unsigned bit);

    void break_sector(std::uint64_t offset) { bad_sectors_.insert(offset / sector_bytes); }

    /// Bytes of disk that it takes.
    std::uint64_t bytes_used() const noexcept { return written_.pages.size() * page_bytes; }

    /// How much of a write of this range needs no more than `room` bytes of new pages.
    std::size_t size_that_fits(std::uint64_t offset, std::size_t size, std::uint64_t room) const;

  private:
    using Page = std::array<std::byte, page_bytes>;
    using PageRef = std::shared_ptr<const Page>;

    struct Image {
        std::unordered_map<std::uint64_t, PageRef> pages;  ///< one that is not there is zeros
        std::uint64_t size = 0;  ///< no page lies past it, and the last one is zeros from there

        void cut(std::uint64_t size_new);
        std::shared_ptr<Page> copy_of(std::uint64_t page) const;
    };

    /// One write or resize, with the pages as they were after it. A sector of a page therefore
    /// always holds all writes up to some moment, as in a page cache.
    struct Change {
        bool shrinks = false;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::uint64_t size_after = 0;
        std::vector<std::pair<std::uint64_t, PageRef>> pages;
    };

    static const PageRef& zero_page();
    void settle_all(Entropy& entropy);
    void restore_pages();
    void settle(std::size_t from, std::size_t to, Entropy& entropy);
    Image written_;
    Image durable_;
    std::vector<Change> unsynced_;
    std::vector<Change> abandoned_;  ///< by a failed sync: written, never to be durable
    std::set<std::uint64_t> bad_sectors_;
};

}  // namespace belay::world
