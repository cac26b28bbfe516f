// Memory for versions, records and nodes: size classes, a cache per lane, no heap call in the
// steady state.
//
// The general heap would do, but for two things: it is called several times per transition, and
// what one lane allocates another often frees (a record outlives the request that made it), which
// is the slow way of every malloc. Here each lane has its own free lists, and memory goes from a
// lane that frees to a lane that allocates in batches.
//
// How batches travel: a lock-free stack per size class. A push is a compare-and-set. A pop never
// looks into a block that it does not own yet: it takes the whole stack with one exchange, keeps
// the first batch and puts the rest back. So there is neither an ABA problem nor a read of memory
// that somebody else is already writing to. While the rest is in a taker's hands, another lane that
// finds the stack empty takes fresh memory; that is the only cost.
//
// Under the address sanitizer every block is its own heap block, so that a use after free is seen.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/limits.hpp"

namespace belay::store {

class PoolLane;

/// The shared part. Thread-safe. Outlives its lanes and everything allocated from it; its
/// destructor gives back all memory except blocks above `pooled_bytes_max`, which must have been
/// released.
class Pool {
  public:
    /// Larger blocks come from the heap, one by one.
    static constexpr std::size_t pooled_bytes_max = 4096;
    /// Every block is aligned to this, so the low three bits of its address are free for flags.
    static constexpr std::size_t alignment = 8;

    Pool() = default;
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Bytes of all blocks that are allocated and not released, rounded up to their classes. While
    /// lanes are at work the sum is off by what they did during the summing.
    std::uint64_t bytes_in_use() const noexcept;

    /// Makes memory ready for lanes that will need it: to touch it for the first time takes as long
    /// as many requests, so a thread does it that nobody waits for. One thread at a time. Nothing
    /// happens before a lane has come to need a large slab.
    void prepare() noexcept;

  private:
    friend class PoolLane;

    static constexpr std::size_t ready_slabs_max = 1;

    static constexpr std::size_t class_count = 45;

    /// A free block is a link of a list.
    struct Block {
        Block* next;
    };
    /// The first block of a list that travels between lanes.
    struct Batch {
        Block* next;
        Batch* next_batch;
        std::size_t count;
    };
    struct Slab {
        Slab* next;
    };
    /// One lane's account, on a cache line of its own. It stays when the lane goes: a block may be
    /// released on another lane than it was allocated on, so only the sum has a meaning.
    struct alignas(64) Account {
        std::atomic<std::int64_t> bytes{0};
        std::atomic<bool> taken{false};
    };
    struct alignas(64) Stack {
        std::atomic<Batch*> top{nullptr};
    };

    void push(std::size_t size_class, Batch* batch) noexcept;
    Batch* pop(std::size_t size_class) noexcept;
    void* take_ready() noexcept;

    std::array<Stack, class_count> overflow_;
    std::atomic<Slab*> slabs_{nullptr};
    std::array<Account, limits::lanes_max> accounts_;
    std::array<std::atomic<void*>, ready_slabs_max> ready_{};  ///< large slabs that were touched
    std::atomic<bool> grows_{false};                           ///< relaxed: only a hint
};

/// One thread's way to the pool. Not thread-safe. At most limits::lanes_max at a time (checked).
/// Its destructor leaves its free blocks to the others.
class PoolLane {
  public:
    explicit PoolLane(Pool& pool);
    ~PoolLane();
    PoolLane(const PoolLane&) = delete;
    PoolLane& operator=(const PoolLane&) = delete;

    /// At least `bytes` bytes with unspecified contents; nullptr when the heap has none.
    void* allocate(std::size_t bytes) noexcept;

    /// `block` is from any lane of the same pool, `bytes` what was asked for. nullptr is not
    /// allowed.
    void release(void* block, std::size_t bytes) noexcept;

    Pool& pool() const noexcept { return pool_; }

  private:
    struct List {
        Pool::Block* first = nullptr;
        std::size_t count = 0;
    };
    /// Two lists, so that allocating and releasing around a batch boundary does not go to the
    /// shared stack each time.
    struct Cache {
        List active;
        List spare;
    };

    void* take(std::size_t size_class) noexcept;
    void give(std::size_t size_class, void* memory) noexcept;
    void* carve(std::size_t bytes) noexcept;
    void leave_to_others(std::size_t size_class, List& list) noexcept;
    void account(std::int64_t change) noexcept;

    Pool& pool_;
    Pool::Account* account_ = nullptr;
    std::array<Cache, Pool::class_count> caches_;
    std::byte* slab_ = nullptr;
    std::size_t slab_left_ = 0;
};

}  // namespace belay::store
