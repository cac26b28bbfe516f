// What the table tests share: seeds, threads, payloads that prove themselves, and keys with chosen
// hashes.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/bytes.hpp"
#include "core/job/ids.hpp"
#include "store/table/epochs.hpp"
#include "store/table/pointer_table.hpp"
#include "store/table/pool.hpp"
#include "store/table/version.hpp"

namespace belay::store::test {

constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x += 0x9e37'79b9'7f4a'7c15;
    x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9;
    x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11eb;
    return x ^ (x >> 31);
}

/// The seed of this run, printed: BELAY_TEST_SEED in the environment, or a fixed one.
inline std::uint64_t run_seed() {
    const char* given = std::getenv("BELAY_TEST_SEED");
    const std::uint64_t seed = given == nullptr ? 20'261'122 : std::strtoull(given, nullptr, 0);
    BOOST_TEST_MESSAGE("BELAY_TEST_SEED=" << seed);
    std::fprintf(stderr, "BELAY_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
    return seed;
}

class Random {
  public:
    explicit Random(std::uint64_t seed) noexcept : state_(mixed(seed)) {}

    std::uint64_t next() noexcept { return mixed(state_++); }
    std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
    bool one_in(std::uint64_t count) noexcept { return below(count) == 0; }

  private:
    std::uint64_t state_;
};

/// Runs `body(0)` … `body(count - 1)` on a thread each, and waits for all.
inline void on_threads(std::size_t count, const std::function<void(std::size_t)>& body) {
    std::vector<std::thread> threads;
    for (std::size_t index = 0; index < count; ++index) {
        threads.emplace_back([&body, index] { body(index); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

/// One thread's way to the pool and the epochs.
struct Lane {
    Lane(Pool& pool, Epochs& epochs) : memory(pool), member(epochs, memory) {}

    PoolLane memory;
    Participant member;
};

/// The id numbered `number`; ids order as their numbers.
inline job::Uuid uuid(std::uint64_t number) {
    job::Uuid id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.octets[8 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
    }
    return id;
}

inline job::RecordId record_id(std::uint64_t number) {
    return {job::Kind{1}, uuid(number)};
}

/// Bytes that say whose they are, carry a value, and prove that they are whole.
struct Proof {
    std::uint64_t owner = 0;
    std::uint64_t number = 0;
    std::uint64_t value = 0;
};

inline std::uint64_t checksum(const Proof& proof, std::size_t size) {
    return mixed(proof.owner ^ mixed(proof.number ^ mixed(proof.value ^ size)));
}

inline Version* make_version(PoolLane& pool, const Proof& proof, std::size_t filler,
                             bool tombstone = false) {
    const std::size_t size = sizeof proof + sizeof(std::uint64_t) * (1 + filler);
    Version* version =
        Version::make(pool, {.number = proof.number, .size = size, .tombstone = tombstone});
    const std::uint64_t sum = checksum(proof, size);
    std::byte* to = version->writable().data();
    std::memcpy(to, &proof, sizeof proof);
    for (std::size_t i = 0; i <= filler; ++i) {
        store_little(to + sizeof proof + i * sizeof sum, sum);
    }
    return version;
}

/// The proof in a version; false if the version is torn, or another's.
inline bool read_proof(const Version& version, std::uint64_t owner, Proof& proof) {
    const ByteSpan bytes = version.bytes();
    std::memcpy(&proof, bytes.data(), sizeof proof);
    bool whole = proof.owner == owner && proof.number == version.number();
    for (std::size_t at = sizeof proof; at < bytes.size(); at += sizeof(std::uint64_t)) {
        whole =
            whole && load_little<std::uint64_t>(bytes.data() + at) == checksum(proof, bytes.size());
    }
    return whole;
}

/// A table of numbers whose hashes the test chooses, to make keys collide.
struct NumberNode {
    std::uint64_t hash;
    std::uint64_t key;
    std::uint64_t proof;
};

struct NumberTraits {
    using Node = NumberNode;
    using Key = std::uint64_t;

    static std::uint64_t hash(const NumberNode& node) noexcept { return node.hash; }
    static bool matches(const NumberNode& node, std::uint64_t, std::uint64_t key) noexcept {
        return node.key == key;
    }
    static NumberNode* make(PoolLane& pool, std::uint64_t hash, std::uint64_t key) noexcept {
        return new (pool.allocate(sizeof(NumberNode))) NumberNode{hash, key, mixed(key)};
    }
    static void destroy(PoolLane& pool, NumberNode* node) noexcept {
        pool.release(node, sizeof(NumberNode));
    }
    static void free(Participant& by, void*, void* node) {
        destroy(by.pool(), static_cast<NumberNode*>(node));
    }
};

using NumberTable = PointerTable<NumberTraits>;

}  // namespace belay::store::test
