#include "store/table/pool.hpp"

#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <vector>

#include <sys/resource.h>

#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(pool)

BOOST_AUTO_TEST_CASE(blocks_are_aligned_apart_and_counted) {
    Pool pool;
    {
        PoolLane lane(pool);
        std::map<std::byte*, std::size_t> blocks;
        for (std::size_t bytes = 1; bytes <= Pool::pooled_bytes_max + 100; bytes += 7) {
            auto* block = static_cast<std::byte*>(lane.allocate(bytes));
            BOOST_TEST_REQUIRE(reinterpret_cast<std::uintptr_t>(block) % Pool::alignment == 0U);
            std::memset(block, 0xa5, bytes);
            blocks[block] = bytes;
        }
        const std::byte* end = nullptr;
        std::uint64_t asked = 0;
        for (const auto& [block, bytes] : blocks) {
            BOOST_TEST_REQUIRE((end == nullptr || block >= end));
            end = block + bytes;
            asked += bytes;
        }
        BOOST_TEST(pool.bytes_in_use() >= asked);
        BOOST_TEST(pool.bytes_in_use() <= asked * 3 / 2 + 48 * 48);
        for (const auto& [block, bytes] : blocks) {
            lane.release(block, bytes);
        }
    }
    BOOST_TEST(pool.bytes_in_use() == 0U);
}

#ifndef BELAY_ADDRESS_SANITIZER

BOOST_AUTO_TEST_CASE(a_released_block_is_the_next_one_of_its_class) {
    Pool pool;
    PoolLane lane(pool);
    void* block = lane.allocate(100);
    lane.release(block, 100);
    BOOST_TEST(lane.allocate(104) == block);
    lane.release(block, 104);
}

#ifdef BELAY_FAULTS_ARE_OURS

constexpr std::size_t large_slab_bytes = 2 * 1024 * 1024;

/// Page faults of this thread while it takes and writes as many blocks as a large slab has.
long faults_of(PoolLane& lane, std::span<void*, large_slab_bytes / Pool::pooled_bytes_max> blocks) {
    const auto faults = [] {
        rusage usage{};
        getrusage(RUSAGE_THREAD, &usage);
        return usage.ru_minflt;
    };
    const long before = faults();
    for (void*& block : blocks) {
        block = lane.allocate(Pool::pooled_bytes_max);
        std::memset(block, 0xa5, Pool::pooled_bytes_max);
    }
    return faults() - before;
}

BOOST_AUTO_TEST_CASE(memory_is_made_ready_for_lanes_that_grow) {
    constexpr std::size_t slab_blocks = large_slab_bytes / Pool::pooled_bytes_max;
    std::vector<void*> blocks(4 * slab_blocks);  // touched here, not while faults are counted
    const auto slab = [&](std::size_t number) {
        return std::span(blocks).subspan(number * slab_blocks).first<slab_blocks>();
    };
    Pool pool;
    PoolLane lane(pool);
    pool.prepare();  // nobody has grown: nothing is made ready
    BOOST_TEST(faults_of(lane, slab(0)) > 0);
    // Once more: what is left of a slab that was not made ready is used up.
    faults_of(lane, slab(1));
    pool.prepare();
    faults_of(lane, slab(2));
    pool.prepare();
    BOOST_TEST(faults_of(lane, slab(3)) == 0);
    for (void* block : blocks) {
        lane.release(block, Pool::pooled_bytes_max);
    }
}

#endif

BOOST_AUTO_TEST_CASE(what_one_lane_frees_another_can_use) {
    constexpr std::size_t count = 1000;
    Pool pool;
    PoolLane maker(pool);
    PoolLane breaker(pool);
    std::set<void*> known;
    std::vector<void*> blocks;
    for (std::size_t round = 0; round < 50; ++round) {
        for (std::size_t i = 0; i < count; ++i) {
            blocks.push_back(maker.allocate(256));
        }
        known.insert(blocks.begin(), blocks.end());
        for (void* block : blocks) {
            breaker.release(block, 256);
        }
        blocks.clear();
    }
    BOOST_TEST(pool.bytes_in_use() == 0U);
    // Two lists of the breaker stay with it; everything else comes back to the maker.
    BOOST_TEST(known.size() < count + 3 * 64);
}

#endif

BOOST_AUTO_TEST_CASE(lanes_pass_blocks_around_and_none_is_given_twice) {
    constexpr std::size_t threads = 4;
    constexpr std::size_t shelf = 256;
    constexpr std::size_t rounds = 40'000;
    const std::uint64_t seed = run_seed();
    struct Held {
        std::uint64_t bytes;
        std::uint64_t proof;
    };
    Pool pool;
    std::vector<std::atomic<Held*>> places(shelf);
    std::atomic<bool> sound{true};
    on_threads(threads, [&](std::size_t index) {
        PoolLane lane(pool);
        Random random(seed + index);
        for (std::size_t round = 0; round < rounds; ++round) {
            const std::uint64_t bytes = sizeof(Held) + random.below(400);
            auto* mine = new (lane.allocate(bytes)) Held{bytes, mixed(bytes)};
            Held* other = places[random.below(shelf)].exchange(mine, std::memory_order_acq_rel);
            if (other != nullptr) {
                if (other->proof != mixed(other->bytes)) {
                    sound = false;
                }
                const std::uint64_t size = other->bytes;
                std::memset(static_cast<void*>(other), 0, size);
                lane.release(other, size);
            }
        }
    });
    PoolLane lane(pool);
    for (std::atomic<Held*>& place : places) {
        if (Held* held = place.load(); held != nullptr) {
            lane.release(held, held->bytes);
        }
    }
    BOOST_TEST(sound.load());
    BOOST_TEST(pool.bytes_in_use() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
