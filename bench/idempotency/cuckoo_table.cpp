#include <libcuckoo/cuckoohash_map.hh>

#include "bench/idempotency/table.hpp"

namespace belay::bench::idempotency {
namespace {

struct HashOfKey {
    std::size_t operator()(const Key& key) const noexcept { return key.hash; }
};

class CuckooMap {
  public:
    explicit CuckooMap(std::size_t expected) : map_(expected) {}

    Outcome claim(const Request& request) {
        Outcome outcome = Outcome::fresh;
        map_.upsert(
            request.first, [&](const Value& kept) { outcome = judge(kept, request); },
            request.second);
        return outcome;
    }
    std::size_t size() const { return map_.size(); }

  private:
    libcuckoo::cuckoohash_map<Key, Value, HashOfKey> map_;
};

}  // namespace

std::unique_ptr<Table> make_cuckoo(std::size_t expected) {
    return std::make_unique<OneByOne<CuckooMap>>(expected);
}

}  // namespace belay::bench::idempotency
