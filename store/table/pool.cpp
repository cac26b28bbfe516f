#include "store/table/pool.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

#include <sys/mman.h>

#include "core/base/check.hpp"
#include "store/table/stop_point.hpp"

namespace belay::store {
namespace {

#ifdef BELAY_ADDRESS_SANITIZER
constexpr bool pass_through = true;
#else
constexpr bool pass_through = false;
#endif

/// Of a lane's first slab: many lanes need no more.
constexpr std::size_t first_slab_bytes = 256 * 1024;
/// Of each slab after it, and its alignment: one of the processor's large pages.
constexpr std::size_t slab_bytes = 2 * 1024 * 1024;
constexpr std::size_t batch_bytes = 16 * 1024;
constexpr std::size_t batch_blocks_max = 64;

/// Up to 256 bytes, where nearly all blocks are, only the alignment is wasted; steps of a third or
/// less above.
constexpr std::array<std::uint16_t, 45> class_bytes{
    24,  32,  40,  48,  56,  64,  72,  80,  88,   96,   104,  112,  120,  128,  136,
    144, 152, 160, 168, 176, 184, 192, 200, 208,  216,  224,  232,  240,  248,  256,
    288, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048, 3072, 4096};
static_assert(class_bytes.back() == Pool::pooled_bytes_max);

constexpr std::size_t no_class = class_bytes.size();

/// Class by size in units of the alignment, rounded up.
constexpr auto class_of_units = [] {
    std::array<std::uint8_t, Pool::pooled_bytes_max / Pool::alignment + 1> table{};
    std::size_t size_class = 0;
    for (std::size_t units = 0; units < table.size(); ++units) {
        while (class_bytes[size_class] < units * Pool::alignment) {
            ++size_class;
        }
        table[units] = static_cast<std::uint8_t>(size_class);
    }
    return table;
}();

std::size_t class_of(std::size_t bytes) noexcept {
    if (bytes > Pool::pooled_bytes_max) {
        return no_class;
    }
    return class_of_units[(bytes + Pool::alignment - 1) / Pool::alignment];
}

std::size_t batch_blocks(std::size_t size_class) noexcept {
    return std::min(batch_blocks_max, batch_bytes / class_bytes[size_class]);
}

/// nullptr if there is no memory.
void* make_slab(std::size_t bytes) noexcept {
    if (bytes != slab_bytes) {
        return std::malloc(bytes);
    }
    void* memory = std::aligned_alloc(slab_bytes, slab_bytes);
    if (memory != nullptr) {
        // A wish: of millions of records each lies on a page of its own, and with small pages to
        // find the page costs as much as to read the record. Refused, it is as it was.
        ::madvise(memory, slab_bytes, MADV_HUGEPAGE);
    }
    return memory;
}

void touch(void* memory, std::size_t bytes) noexcept {
    constexpr std::size_t page_bytes = 4096;  // or more: then some are touched twice
    for (std::size_t at = 0; at < bytes; at += page_bytes) {
        static_cast<volatile std::byte*>(memory)[at] = std::byte{0};
    }
}

}  // namespace

Pool::~Pool() {
    static_assert(class_bytes.size() == class_count);
    static_assert(class_bytes.front() >= sizeof(Batch), "each block can be a batch's first");
    for (const Account& account : accounts_) {
        // Acquire, pairs with the release in ~PoolLane: what the lane did comes before the end.
        check(!account.taken.load(std::memory_order_acquire), "a pool ends after its lanes");
    }
    // Acquire, pairs with the release in carve: each slab's link to the one before it.
    Slab* slab = slabs_.load(std::memory_order_acquire);
    while (slab != nullptr) {
        std::free(std::exchange(slab, slab->next));
    }
    while (void* ready = take_ready()) {
        std::free(ready);
    }
}

void Pool::prepare() noexcept {
    // Relaxed: a hint, seen at the next call if not at this one.
    if (!grows_.load(std::memory_order_relaxed)) {
        return;
    }
    for (std::atomic<void*>& place : ready_) {
        // Relaxed: nobody else fills a place.
        if (place.load(std::memory_order_relaxed) != nullptr) {
            continue;
        }
        void* memory = make_slab(slab_bytes);
        if (memory == nullptr) {
            return;
        }
        touch(memory, slab_bytes);
        // Release, pairs with the acquire in take_ready: what touching wrote comes before.
        place.store(memory, std::memory_order_release);
    }
}

void* Pool::take_ready() noexcept {
    for (std::atomic<void*>& place : ready_) {
        // Relaxed: a look that spares the exchange.
        if (place.load(std::memory_order_relaxed) != nullptr) {
            // Acquire, pairs with the release in prepare.
            if (void* memory = place.exchange(nullptr, std::memory_order_acquire)) {
                return memory;
            }
        }
    }
    return nullptr;
}

std::uint64_t Pool::bytes_in_use() const noexcept {
    std::int64_t total = 0;
    for (const Account& account : accounts_) {
        // Relaxed: a figure for limits and metrics, it orders nothing.
        total += account.bytes.load(std::memory_order_relaxed);
    }
    return total < 0 ? 0 : static_cast<std::uint64_t>(total);
}

void Pool::push(std::size_t size_class, Batch* batch) noexcept {
    std::atomic<Batch*>& top = overflow_[size_class].top;
    // Relaxed: the exchange below checks that it still holds.
    batch->next_batch = top.load(std::memory_order_relaxed);
    BELAY_STOP_POINT("pool.push.before_cas");
    // Release, pairs with the acquire in pop: the taker sees the links of the batch. Nothing is
    // read through the old top, so it does not matter if it came, went and came again.
    while (!top.compare_exchange_weak(batch->next_batch, batch, std::memory_order_release,
                                      std::memory_order_relaxed)) {
    }
}

Pool::Batch* Pool::pop(std::size_t size_class) noexcept {
    std::atomic<Batch*>& top = overflow_[size_class].top;
    // Relaxed: a look that spares the exchange; nothing is read through it.
    if (top.load(std::memory_order_relaxed) == nullptr) {
        return nullptr;
    }
    // Acquire, pairs with every push below: pushes are read-modify-writes, so the last one carries
    // on the release of those before it.
    Batch* taken = top.exchange(nullptr, std::memory_order_acquire);
    if (taken == nullptr) {
        return nullptr;
    }
    BELAY_STOP_POINT("pool.pop.taken");
    Batch* rest = taken->next_batch;
    while (rest != nullptr) {
        Batch* none = nullptr;
        // Release: the next taker sees the links of all of the rest, also of those batches that
        // came to us by the acquire above.
        if (top.compare_exchange_strong(none, rest, std::memory_order_release,
                                        std::memory_order_relaxed)) {
            break;
        }
        // Others have pushed since: put the rest behind theirs, which is short, and try again.
        // Acquire, as above: the links of their batches are followed.
        Batch* newer = top.exchange(nullptr, std::memory_order_acquire);
        if (newer == nullptr) {
            continue;
        }
        Batch* last = newer;
        while (last->next_batch != nullptr) {
            last = last->next_batch;
        }
        last->next_batch = rest;
        rest = newer;
    }
    return taken;
}

PoolLane::PoolLane(Pool& pool) : pool_(pool) {
    for (Pool::Account& account : pool.accounts_) {
        bool taken = false;
        // Acquire, pairs with the release in the destructor: the count goes on from where the
        // account's last lane left it.
        if (account.taken.compare_exchange_strong(taken, true, std::memory_order_acquire,
                                                  std::memory_order_relaxed)) {
            account_ = &account;
            return;
        }
    }
    check(false, "no more than limits::lanes_max lanes");
}

PoolLane::~PoolLane() {
    for (std::size_t size_class = 0; size_class < caches_.size(); ++size_class) {
        leave_to_others(size_class, caches_[size_class].active);
        leave_to_others(size_class, caches_[size_class].spare);
    }
    // Release, pairs with the acquire of the lane that takes the account next.
    account_->taken.store(false, std::memory_order_release);
}

void* PoolLane::allocate(std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    const std::size_t taken = size_class == no_class ? bytes : class_bytes[size_class];
    void* block = pass_through || size_class == no_class ? std::malloc(bytes) : take(size_class);
    if (block != nullptr) {
        account(static_cast<std::int64_t>(taken));
    }
    return block;
}

void PoolLane::release(void* block, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    const std::size_t taken = size_class == no_class ? bytes : class_bytes[size_class];
    account(-static_cast<std::int64_t>(taken));
    if (pass_through || size_class == no_class) {
        std::free(block);
    } else {
        give(size_class, block);
    }
}

void* PoolLane::take(std::size_t size_class) noexcept {
    Cache& cache = caches_[size_class];
    if (cache.active.count == 0) {
        if (cache.spare.count != 0) {
            std::swap(cache.active, cache.spare);
        } else if (Pool::Batch* batch = pool_.pop(size_class); batch != nullptr) {
            const std::size_t count = batch->count;
            Pool::Block* next = batch->next;
            cache.active = {new (batch) Pool::Block{next}, count};
        } else {
            return carve(class_bytes[size_class]);
        }
    }
    Pool::Block* block = cache.active.first;
    cache.active.first = block->next;
    --cache.active.count;
    return block;
}

void PoolLane::give(std::size_t size_class, void* memory) noexcept {
    Cache& cache = caches_[size_class];
    if (cache.active.count >= batch_blocks(size_class)) {
        leave_to_others(size_class, cache.spare);
        cache.spare = std::exchange(cache.active, List{});
    }
    cache.active.first = new (memory) Pool::Block{cache.active.first};
    ++cache.active.count;
}

void* PoolLane::carve(std::size_t bytes) noexcept {
    if (slab_left_ < bytes) {
        const bool is_first = slab_ == nullptr;
        const std::size_t fresh_bytes = is_first ? first_slab_bytes : slab_bytes;
        void* memory = is_first ? nullptr : pool_.take_ready();
        if (!is_first) {
            // Relaxed: a hint for prepare.
            pool_.grows_.store(true, std::memory_order_relaxed);
        }
        if (memory == nullptr) {
            memory = make_slab(fresh_bytes);
        }
        if (memory == nullptr) {
            return nullptr;
        }
        // Relaxed: the exchange below checks that it still holds.
        auto* slab = new (memory) Pool::Slab{pool_.slabs_.load(std::memory_order_relaxed)};
        BELAY_STOP_POINT("pool.carve.before_cas");
        // Release, pairs with the acquire in ~Pool.
        while (!pool_.slabs_.compare_exchange_weak(slab->next, slab, std::memory_order_release,
                                                   std::memory_order_relaxed)) {
        }
        slab_ = static_cast<std::byte*>(memory) + Pool::alignment;
        slab_left_ = fresh_bytes - Pool::alignment;
    }
    void* block = slab_;
    slab_ += bytes;
    slab_left_ -= bytes;
    return block;
}

void PoolLane::leave_to_others(std::size_t size_class, List& list) noexcept {
    if (list.count == 0) {
        return;
    }
    Pool::Block* next = list.first->next;
    pool_.push(size_class, new (list.first) Pool::Batch{next, nullptr, list.count});
    list = {};
}

void PoolLane::account(std::int64_t change) noexcept {
    // Not a read-modify-write: only this lane writes it. Relaxed: a figure, it orders nothing.
    const std::int64_t now = account_->bytes.load(std::memory_order_relaxed);
    account_->bytes.store(now + change, std::memory_order_relaxed);
}

}  // namespace belay::store
