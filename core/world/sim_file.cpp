#include "core/world/sim_file.hpp"

#include <algorithm>
#include <iterator>

namespace belay::world {
namespace {

/// Calls `each(page, offset in the page, offset in the range, count)` for the pages of a range.
template <class Each>
void for_pages(std::uint64_t offset, std::size_t size, Each each) {
    for (std::size_t done = 0; done < size;) {
        const std::uint64_t at = offset + done;
        const auto inside = static_cast<std::size_t>(at % SimFile::page_bytes);
        const std::size_t count = std::min(SimFile::page_bytes - inside, size - done);
        each(at / SimFile::page_bytes, inside, done, count);
        done += count;
    }
}

bool is_zero(ByteSpan bytes) {
    return bytes.front() == std::byte{0} &&
           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

const SimFile::PageRef& SimFile::zero_page() {
    static const PageRef page = std::make_shared<const Page>(Page{});
    return page;
}

std::shared_ptr<SimFile::Page> SimFile::Image::copy_of(std::uint64_t page) const {
    const auto found = pages.find(page);
    return std::make_shared<Page>(found == pages.end() ? Page{} : *found->second);
}

void SimFile::Image::cut(std::uint64_t size_new) {
    std::erase_if(pages, [&](const auto& entry) { return entry.first * page_bytes >= size_new; });
    const auto inside = static_cast<std::size_t>(size_new % page_bytes);
    const auto last = pages.find(size_new / page_bytes);
    if (inside != 0 && last != pages.end()) {
        auto page = std::make_shared<Page>(*last->second);
        std::fill(page->begin() + static_cast<std::ptrdiff_t>(inside), page->end(), std::byte{0});
        last->second = std::move(page);
    }
    size = size_new;
}

result<std::size_t> SimFile::read(std::uint64_t offset, MutableByteSpan into) const {
    if (offset >= written_.size) {
        return std::size_t{0};
    }
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), written_.size - offset));
    const auto bad = bad_sectors_.lower_bound(offset / sector_bytes);
    if (count > 0 && bad != bad_sectors_.end() && *bad * sector_bytes < offset + count) {
        return make_error_code(boost::system::errc::io_error);
    }
    for_pages(offset, count,
              [&](std::uint64_t page, std::size_t inside, std::size_t done, std::size_t size) {
                  const auto found = written_.pages.find(page);
                  if (found == written_.pages.end()) {
                      std::memset(into.data() + done, 0, size);
                  } else {
                      std::memcpy(into.data() + done, found->second->data() + inside, size);
                  }
              });
    return count;
}

void SimFile::write(std::uint64_t offset, ByteSpan bytes) {
    if (bytes.empty()) {
        return;
    }
    Change change;
    change.begin = offset;
    change.end = offset + bytes.size();
    change.size_after = std::max(written_.size, change.end);
    for_pages(offset, bytes.size(),
              [&](std::uint64_t page, std::size_t inside, std::size_t done, std::size_t size) {
                  const ByteSpan piece = bytes.subspan(done, size);
                  PageRef made;
                  if (size == page_bytes && is_zero(piece)) {
                      made = zero_page();  // preparing a log segment costs no memory
                  } else {
                      auto copy =
                          size == page_bytes ? std::make_shared<Page>() : written_.copy_of(page);
                      std::memcpy(copy->data() + inside, piece.data(), size);
                      made = std::move(copy);
                  }
                  written_.pages[page] = made;
                  change.pages.emplace_back(page, std::move(made));
              });
    written_.size = change.size_after;
    bad_sectors_.erase(bad_sectors_.lower_bound(change.begin / sector_bytes),
                       bad_sectors_.upper_bound((change.end - 1) / sector_bytes));
    unsynced_.push_back(std::move(change));
}

void SimFile::resize(std::uint64_t size) {
    Change change;
    change.shrinks = size < written_.size;
    change.size_after = size;
    if (change.shrinks) {
        written_.cut(size);
    } else {
        written_.size = size;
    }
    unsynced_.push_back(std::move(change));
}

void SimFile::sync() {
    for (Change& change : unsynced_) {
        if (change.shrinks) {
            durable_.cut(change.size_after);
        }
        for (auto& [page, version] : change.pages) {
            durable_.pages[page] = std::move(version);
        }
        durable_.size = change.size_after;
    }
    unsynced_.clear();
}

/// Changes `from` to `to`, none of which shrinks: each may be whole, lost or torn by sectors.
void SimFile::settle(std::size_t from, std::size_t to, Entropy& entropy) {
    enum Fate : std::uint64_t { whole, lost, torn, fates };
    std::unordered_map<std::uint64_t, std::shared_ptr<Page>> settled;
    const std::size_t size_from = from + entropy.number() % (to - from + 1);
    for (std::size_t index = from; index < to; ++index) {
        const Change& change = unsynced_[index];
        const std::uint64_t fate = entropy.number() % fates;
        if (fate == lost) {
            continue;
        }
        for (const auto& [number, version] : change.pages) {
            auto [place, is_new] = settled.try_emplace(number);
            if (is_new) {
                place->second = durable_.copy_of(number);
            }
            const std::uint64_t coins = fate == whole ? ~std::uint64_t{0} : entropy.number();
            for (std::size_t sector = 0; sector < page_bytes / sector_bytes; ++sector) {
                const std::uint64_t begin = number * page_bytes + sector * sector_bytes;
                if (begin < change.end && begin + sector_bytes > change.begin &&
                    (coins >> sector & 1) != 0) {
                    std::memcpy(place->second->data() + sector * sector_bytes,
                                version->data() + sector * sector_bytes, sector_bytes);
                }
            }
        }
    }
    // The size is settled apart from the contents: it may lag behind them, or run ahead (zeros).
    if (size_from != from) {
        durable_.size = unsynced_[size_from - 1].size_after;
    }
    for (auto& [number, page] : settled) {
        const std::uint64_t begin = number * page_bytes;
        if (begin >= durable_.size) {
            continue;
        }
        const std::size_t inside =
            static_cast<std::size_t>(std::min<std::uint64_t>(page_bytes, durable_.size - begin));
        std::fill(page->begin() + static_cast<std::ptrdiff_t>(inside), page->end(), std::byte{0});
        durable_.pages[number] = std::move(page);
    }
}

void SimFile::settle_all(Entropy& entropy) {
    std::size_t from = 0;
    for (std::size_t index = 0; index < unsynced_.size(); ++index) {
        if (!unsynced_[index].shrinks) {
            continue;
        }
        settle(from, index, entropy);
        from = index + 1;
        if (entropy.number() % 2 == 0) {
            // The file was not cut, so what was written to its new blocks is nobody's.
            return;
        }
        durable_.cut(unsynced_[index].size_after);
    }
    settle(from, unsynced_.size(), entropy);
}

void SimFile::fail_sync(Entropy& entropy) {
    settle_all(entropy);
    std::ranges::move(unsynced_, std::back_inserter(abandoned_));
    unsynced_.clear();
}

void SimFile::lose_power(Entropy& entropy) {
    settle_all(entropy);
    restore_pages();
    unsynced_.clear();
    abandoned_.clear();
}

/// Makes the written image equal to the durable one, looking only at the pages where they may
/// differ: a large file with one frame in flight costs one page.
void SimFile::restore_pages() {
    for (const auto* changes : {&abandoned_, &unsynced_}) {
        for (const Change& change : *changes) {
            if (change.shrinks) {
                written_ = durable_;
                return;
            }
            for (const auto& [number, version] : change.pages) {
                const auto durable = durable_.pages.find(number);
                if (durable == durable_.pages.end()) {
                    written_.pages.erase(number);
                } else {
                    written_.pages[number] = durable->second;
                }
            }
        }
    }
    written_.size = durable_.size;
}

void SimFile::flip_bit(std::uint64_t offset, unsigned bit) {
    for (Image* image : {&written_, &durable_}) {
        if (offset < image->size) {
            auto page = image->copy_of(offset / page_bytes);
            (*page)[static_cast<std::size_t>(offset % page_bytes)] ^= std::byte{1} << bit;
            image->pages[offset / page_bytes] = std::move(page);
        }
    }
}

std::size_t SimFile::size_that_fits(std::uint64_t offset, std::size_t size,
                                    std::uint64_t room) const {
    std::size_t fits = 0;
    for_pages(offset, size,
              [&](std::uint64_t page, std::size_t, std::size_t done, std::size_t count) {
                  if (fits != done) {
                      return;  // a page before did not fit
                  }
                  if (!written_.pages.contains(page)) {
                      if (room < page_bytes) {
                          return;
                      }
                      room -= page_bytes;
                  }
                  fits = done + count;
              });
    return fits;
}

}  // namespace belay::world
