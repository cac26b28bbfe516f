#include "bench/idempotency/table.hpp"

namespace belay::bench::idempotency {
namespace {

/// Every key is there, with the fingerprint that is asked for.
struct NoMap {
    explicit NoMap(std::size_t) {}

    Outcome claim(const Request& request) const {
        return request.first.hash == 0 ? Outcome::mismatch : Outcome::replay;
    }
    std::size_t size() const { return 0; }
};

}  // namespace

std::unique_ptr<Table> make_table(std::string_view name, std::size_t expected) {
    if (name == "belay" || name == "belay_single") {
        return make_belay(expected, name == "belay");
    }
    if (name == "mutex") {
        return make_mutex(expected);
    }
    if (name == "shards") {
        return make_shards(expected);
    }
    if (name == "tbb_hash") {
        return make_tbb_hash(expected);
    }
    if (name == "tbb_unordered") {
        return make_tbb_unordered(expected);
    }
    if (name == "cuckoo") {
        return make_cuckoo(expected);
    }
    return name == "none" ? std::make_unique<OneByOne<NoMap>>(expected) : nullptr;
}

}  // namespace belay::bench::idempotency
