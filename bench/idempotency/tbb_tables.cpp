#include <oneapi/tbb/concurrent_hash_map.h>
#include <oneapi/tbb/concurrent_unordered_map.h>

#include "bench/idempotency/table.hpp"

namespace belay::bench::idempotency {
namespace {

struct HashAndCompare {
    static std::size_t hash(const Key& key) noexcept { return key.hash; }
    static bool equal(const Key& one, const Key& other) noexcept { return one == other; }
};

class HashMap {
  public:
    explicit HashMap(std::size_t expected) : map_(expected) {}

    Outcome claim(const Request& request) {
        Map::const_accessor at;
        return map_.insert(at, request) ? Outcome::fresh : judge(at->second, request);
    }
    std::size_t size() const { return map_.size(); }

  private:
    using Map = tbb::concurrent_hash_map<Key, Value, HashAndCompare>;

    Map map_;
};

struct HashOfKey {
    std::size_t operator()(const Key& key) const noexcept { return key.hash; }
};

class UnorderedMap {
  public:
    explicit UnorderedMap(std::size_t expected) : map_(expected) {}

    Outcome claim(const Request& request) {
        const auto [at, made] = map_.insert(request);
        return made ? Outcome::fresh : judge(at->second, request);
    }
    std::size_t size() const { return map_.size(); }

  private:
    tbb::concurrent_unordered_map<Key, Value, HashOfKey> map_;
};

}  // namespace

std::unique_ptr<Table> make_tbb_hash(std::size_t expected) {
    return std::make_unique<OneByOne<HashMap>>(expected);
}

std::unique_ptr<Table> make_tbb_unordered(std::size_t expected) {
    return std::make_unique<OneByOne<UnorderedMap>>(expected);
}

}  // namespace belay::bench::idempotency
