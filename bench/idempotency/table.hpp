// The tables of the idempotency bench behind one interface. Each does the same job: find the key of
// a request, compare the fingerprint that is kept under it, or, if there is none, keep the
// request's; and say which it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "bench/idempotency/request.hpp"

namespace belay::bench::idempotency {

enum class Outcome : std::uint8_t {
    fresh,
    replay,
    mismatch,
    in_flight,  ///< belay only: somebody is claiming the key just now; the store tries again later
};

/// One thread's way to a table.
class Lane {
  public:
    virtual ~Lane() = default;

    /// One outcome for each request.
    virtual void claim(std::span<const Request> requests, std::span<Outcome> outcomes) = 0;
};

/// Thread-safe. Outlives its lanes.
class Table {
  public:
    virtual ~Table() = default;

    virtual std::unique_ptr<Lane> lane() = 0;
    /// While nobody claims.
    virtual std::size_t size() const = 0;
    /// How many requests its user hands it at a time: of one that is made for several, the answer
    /// to the first comes with the answer to the last.
    virtual std::size_t turn() const { return 1; }
};

/// With room for `expected` keys from the beginning, as far as the table can be told. The names:
///   belay            as the store uses it: the requests of a turn, 16, fetch their slots, then
///                    their records, then their versions, and are attempted one after the other
///   belay_single     one request at a time
///   mutex            std::mutex and std::unordered_map
///   shards           64 of them
///   tbb_hash         tbb::concurrent_hash_map
///   tbb_unordered    tbb::concurrent_unordered_map, which cannot remove a key while it is used
///   cuckoo           libcuckoo
///   none             no table: what the requests and their hashes alone cost
/// nullptr for any other.
std::unique_ptr<Table> make_table(std::string_view name, std::size_t expected);

// What make_table chooses from; each library has a file of its own.
std::unique_ptr<Table> make_belay(std::size_t expected, bool in_turns);
std::unique_ptr<Table> make_mutex(std::size_t expected);
std::unique_ptr<Table> make_shards(std::size_t expected);
std::unique_ptr<Table> make_tbb_hash(std::size_t expected);
std::unique_ptr<Table> make_tbb_unordered(std::size_t expected);
std::unique_ptr<Table> make_cuckoo(std::size_t expected);

/// Of a request whose key was there with this value.
inline Outcome judge(const Value& kept, const Request& request) noexcept {
    return kept.fingerprint == request.second.fingerprint ? Outcome::replay : Outcome::mismatch;
}

/// A table and lane out of one function that claims once: `Map` has
///   Outcome claim(const Request&), which finds the hash in the request's key
///   std::size_t size() const
template <class Map>
class OneByOne final : public Table {
  public:
    explicit OneByOne(std::size_t expected) : map_(expected) {}

    std::unique_ptr<Lane> lane() override { return std::make_unique<MapLane>(map_); }
    std::size_t size() const override { return map_.size(); }

  private:
    class MapLane final : public Lane {
      public:
        explicit MapLane(Map& map) : map_(map) {}

        void claim(std::span<const Request> requests, std::span<Outcome> outcomes) override {
            for (std::size_t at = 0; at < requests.size(); ++at) {
                requests[at].first.hash = hash_of(requests[at].first);
                outcomes[at] = map_.claim(requests[at]);
            }
        }

      private:
        Map& map_;
    };

    Map map_;
};

}  // namespace belay::bench::idempotency
