#include "bench/idempotency/tables.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <span>
#include <unordered_map>

#include <libcuckoo/cuckoohash_map.hh>
#include <tbb/concurrent_hash_map.h>
#include <tbb/concurrent_unordered_map.h>
#include <xxhash.h>

#include "core/base/check.hpp"
#include "store/table/idempotency_table.hpp"

namespace belay::bench {
namespace {

constexpr std::uint64_t seed = 0x9e3779b97f4a7c15U;

/// What a claimed key remembers: the fingerprint, and where the answer is in the log.
struct Claim {
    Print print{};
    std::uint64_t lsn = 0;
};

Verdict judge(const Claim& claim, const Print& print) noexcept {
    return claim.print == print ? Verdict::replay : Verdict::mismatch;
}

struct Hash {
    std::size_t operator()(const std::string& name) const noexcept {
        return XXH3_64bits_withSeed(name.data(), name.size(), seed);
    }
};

/// For tables that need nothing of a thread.
template <class Shared>
class Simple final : public Table {
  public:
    explicit Simple(std::size_t keys) : shared_(keys) {}

    std::unique_ptr<Access> open() override { return std::make_unique<Open>(shared_); }

  private:
    struct Open final : Access {
        explicit Open(Shared& to) : shared(to) {}
        Verdict use(const std::string& name, const Print& print) override {
            return shared.use(name, print);
        }
        Shared& shared;
    };

    Shared shared_;
};

// belay

class Belay final : public Table {
  public:
    explicit Belay(std::size_t keys) : table_(pool_, seed, keys * 2) {}

    std::unique_ptr<Access> open() override { return std::make_unique<Open>(*this); }

  private:
    /// As a lane of the store does it, but for the log (store/lane_attempt.cpp).
    struct Open final : Access {
        explicit Open(Belay& of)
            : table(of.table_), lane(of.pool_), participant(of.epochs_, lane) {}

        Verdict use(const std::string& name, const Print& print) override {
            const store::Section section(participant);
            const store::KeyName key = table.key(name);
            for (;;) {
                store::KeyRecord* record = table.find(key);
                if (record == nullptr) {
                    record = table.find_or_make(participant, key).entry;
                    check(record != nullptr, "a table has room for its keys");
                }
                if (const store::Version* claimed = record->cell.newest_published()) {
                    Claim claim;
                    std::memcpy(&claim, claimed->bytes().data(), sizeof claim);
                    return judge(claim, print);
                }
                if (record->cell.newest() != nullptr) {
                    continue;  // another thread's claim, a moment before it is published
                }
                const Claim claim{print, ++lsn};
                store::Version* version = store::Version::make(lane, store::Version::Shape{},
                                                               std::as_bytes(std::span(&claim, 1)));
                check(version != nullptr, "a pool has room for its versions");
                if (record->cell.swap(nullptr, version)) {
                    version->set_lsn(claim.lsn);
                    return Verdict::fresh;
                }
                store::Version::destroy(lane, version);
            }
        }

        store::IdempotencyTable& table;
        store::PoolLane lane;
        store::Participant participant;
        std::uint64_t lsn = 0;
    };

    store::Pool pool_;
    store::IdempotencyTable table_;
    store::Epochs epochs_{pool_};
};

// Locks around the standard library's table.

template <std::size_t shard_count>
class Locked {
  public:
    explicit Locked(std::size_t keys) {
        for (Shard& shard : shards_) {
            shard.keys.reserve(keys * 2 / shard_count);
        }
    }

    Verdict use(const std::string& name, const Print& print) {
        // The hash's upper bits: the table uses the lower.
        Shard& shard = shards_[(Hash{}(name) >> 48) % shard_count];
        const std::lock_guard guard(shard.mutex);
        const auto [place, is_new] = shard.keys.try_emplace(name, Claim{print, 1});
        return is_new ? Verdict::fresh : judge(place->second, print);
    }

  private:
    struct alignas(64) Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Claim, Hash> keys;
    };

    std::array<Shard, shard_count> shards_;
};

// Threading Building Blocks

struct TbbCompare {
    static std::size_t hash(const std::string& name) { return Hash{}(name); }
    static bool equal(const std::string& one, const std::string& other) { return one == other; }
};

class TbbHashMap {
  public:
    explicit TbbHashMap(std::size_t keys) : keys_(keys * 2) {}

    Verdict use(const std::string& name, const Print& print) {
        decltype(keys_)::const_accessor found;
        const bool is_new =
            !keys_.find(found, name) &&
            keys_.insert(found, std::pair<const std::string, Claim>(name, {print, 1}));
        return is_new ? Verdict::fresh : judge(found->second, print);
    }

  private:
    tbb::concurrent_hash_map<std::string, Claim, TbbCompare> keys_;
};

class TbbUnordered {
  public:
    explicit TbbUnordered(std::size_t keys) : keys_(keys * 2) {}

    Verdict use(const std::string& name, const Print& print) {
        auto place = keys_.find(name);
        bool is_new = false;
        if (place == keys_.end()) {
            std::tie(place, is_new) = keys_.emplace(name, Claim{print, 1});
        }
        return is_new ? Verdict::fresh : judge(place->second, print);
    }

  private:
    tbb::concurrent_unordered_map<std::string, Claim, Hash> keys_;
};

class Cuckoo {
  public:
    explicit Cuckoo(std::size_t keys) : keys_(keys * 2) {}

    Verdict use(const std::string& name, const Print& print) {
        Verdict verdict = Verdict::fresh;
        const auto look = [&](const Claim& claim) { verdict = judge(claim, print); };
        if (!keys_.find_fn(name, look)) {
            keys_.uprase_fn(
                name,
                [&](Claim& claim) {
                    look(claim);
                    return false;
                },
                Claim{print, 1});
        }
        return verdict;
    }

  private:
    libcuckoo::cuckoohash_map<std::string, Claim, Hash> keys_;
};

template <class Made>
std::unique_ptr<Table> make(std::size_t keys) {
    return std::make_unique<Made>(keys);
}

}  // namespace

std::vector<Kind> all_kinds() {
    return {{"belay", &make<Belay>},
            {"mutex, unordered_map", &make<Simple<Locked<1>>>},
            {"64 shards", &make<Simple<Locked<64>>>},
            {"TBB concurrent_hash_map", &make<Simple<TbbHashMap>>},
            {"TBB concurrent_unordered_map", &make<Simple<TbbUnordered>>},
            {"libcuckoo", &make<Simple<Cuckoo>>}};
}

}  // namespace belay::bench
