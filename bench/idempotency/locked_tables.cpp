// The tables that everybody writes first: one map behind a mutex, and 64 of them.
#include <array>
#include <mutex>
#include <unordered_map>

#include "bench/idempotency/table.hpp"

namespace belay::bench::idempotency {
namespace {

struct HashOfKey {
    std::size_t operator()(const Key& key) const noexcept { return key.hash; }
};

class LockedMap {
  public:
    explicit LockedMap(std::size_t expected) { map_.reserve(expected); }

    Outcome claim(const Request& request) {
        const std::lock_guard lock(mutex_);
        const auto [at, made] = map_.insert(request);
        return made ? Outcome::fresh : judge(at->second, request);
    }
    std::size_t size() const { return map_.size(); }

  private:
    std::mutex mutex_;
    std::unordered_map<Key, Value, HashOfKey> map_;
};

class Shards {
  public:
    explicit Shards(std::size_t expected) {
        for (auto& shard : shards_) {
            shard = std::make_unique<Shard>(expected / shards_.size());
        }
    }

    Outcome claim(const Request& request) {
        return shards_[request.first.hash >> shard_shift]->map.claim(request);
    }
    std::size_t size() const {
        std::size_t total = 0;
        for (const auto& shard : shards_) {
            total += shard->map.size();
        }
        return total;
    }

  private:
    /// The upper bits: the maps themselves use the lower ones.
    static constexpr unsigned shard_shift = 64 - 6;

    struct alignas(64) Shard {
        explicit Shard(std::size_t expected) : map(expected) {}
        LockedMap map;
    };

    std::array<std::unique_ptr<Shard>, 64> shards_;
};

}  // namespace

std::unique_ptr<Table> make_mutex(std::size_t expected) {
    return std::make_unique<OneByOne<LockedMap>>(expected);
}

std::unique_ptr<Table> make_shards(std::size_t expected) {
    return std::make_unique<OneByOne<Shards>>(expected);
}

}  // namespace belay::bench::idempotency
