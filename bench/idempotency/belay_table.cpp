// belay's own table, used as store/lane_attempt.cpp and store/lane_gather.cpp use it: a section for
// each attempt; the key is looked up first, and its entry made when the decision is to claim it;
// the claim is the swap of a version into the entry. What the log would do is left out: a version
// has its LSN as soon as it is swapped in.
#include <algorithm>
#include <array>
#include <cstring>

#include "bench/idempotency/table.hpp"
#include "core/base/check.hpp"
#include "http/families/export_jobs/family.hpp"
#include "store/schema.hpp"
#include "store/table/idempotency_table.hpp"

namespace belay::bench::idempotency {
namespace {

constexpr std::size_t together_max = 16;
constexpr job::Lsn some_lsn = 64;
constexpr std::size_t slots_at_start = 4096;
constexpr std::uint64_t seed = 0x1357'9bdf'0246'8ace;

/// What store/remembered.cpp puts before the answer's body.
constexpr std::size_t expires_at = 0;
constexpr std::size_t status_at = expires_at + sizeof(std::int64_t);
constexpr std::size_t fingerprint_at = status_at + sizeof(std::uint16_t);
constexpr std::size_t value_bytes = fingerprint_at + sizeof(job::Fingerprint);

/// As the server gives it to its table.
store::Vocabulary vocabulary() {
    store::Schema schema;
    export_jobs::add_to_schema(schema);
    return schema.vocabulary;
}

struct World {
    explicit World(std::size_t expected) : keys(pool, seed, slots_at_start, vocabulary()) {
        keys.expect(expected);
    }

    store::Pool pool;
    store::IdempotencyTable keys;
    store::Epochs epochs{pool};
};

class BelayLane final : public Lane {
  public:
    BelayLane(World& world, bool in_turns)
        : keys_(world.keys),
          memory_(world.pool),
          member_(world.epochs, memory_),
          in_turns_(in_turns) {}

    void claim(std::span<const Request> requests, std::span<Outcome> outcomes) override {
        while (!requests.empty()) {
            const std::size_t count = std::min(requests.size(), in_turns_ ? together_max : 1);
            if (count > 1) {
                fetch_ahead(requests.first(count));
            }
            for (std::size_t at = 0; at < count; ++at) {
                outcomes[at] = attempt(requests[at]);
            }
            requests = requests.subspan(count);
            outcomes = outcomes.subspan(count);
        }
    }

  private:
    void fetch_ahead(std::span<const Request> requests) {
        const store::Section section(member_);
        std::array<std::uint64_t, together_max> hashes;
        for (std::size_t at = 0; at < requests.size(); ++at) {
            hashes[at] = keys_.key(requests[at].first.text()).hash;
            keys_.prefetch(hashes[at]);
        }
        for (std::size_t at = 0; at < requests.size(); ++at) {
            keys_.prefetch_entry(hashes[at]);
        }
        for (std::size_t at = 0; at < requests.size(); ++at) {
            keys_.prefetch_version(hashes[at]);
        }
    }

    Outcome attempt(const Request& request) {
        const store::Section section(member_);
        const store::KeyName name = keys_.key(request.first.text());
        store::KeyRecord* record = keys_.find(name);
        if (record != nullptr) {
            return judge_newest(*record, request);
        }
        record = keys_.find_or_make(member_, name).entry;
        check(record != nullptr, "there is memory for a key");
        store::Version* version = store::Version::make(memory_, {.size = value_bytes});
        check(version != nullptr, "there is memory for a version");
        std::byte* to = version->writable().data();
        const Value& value = request.second;
        std::memcpy(to + expires_at, &value.expires, sizeof value.expires);
        std::memcpy(to + status_at, &value.status, sizeof value.status);
        std::memcpy(to + fingerprint_at, value.fingerprint.data(), value.fingerprint.size());
        if (!record->cell.swap(nullptr, version)) {
            store::Version::destroy(memory_, version);
            return judge_newest(*record, request);
        }
        version->set_lsn(some_lsn);
        return Outcome::fresh;
    }

    static Outcome judge_newest(const store::KeyRecord& record, const Request& request) noexcept {
        const store::Version* kept = record.cell.newest_published();
        if (kept == nullptr) {
            return Outcome::in_flight;
        }
        const bool same =
            std::memcmp(kept->bytes().data() + fingerprint_at, request.second.fingerprint.data(),
                        request.second.fingerprint.size()) == 0;
        return same ? Outcome::replay : Outcome::mismatch;
    }

    store::IdempotencyTable& keys_;
    store::PoolLane memory_;
    store::Participant member_;
    const bool in_turns_;
};

class BelayTable final : public Table {
  public:
    BelayTable(std::size_t expected, bool in_turns) : world_(expected), in_turns_(in_turns) {}

    std::unique_ptr<Lane> lane() override { return std::make_unique<BelayLane>(world_, in_turns_); }
    std::size_t size() const override { return world_.keys.size(); }
    std::size_t turn() const override { return in_turns_ ? together_max : 1; }

  private:
    World world_;
    const bool in_turns_;
};

}  // namespace

std::unique_ptr<Table> make_belay(std::size_t expected, bool in_turns) {
    return std::make_unique<BelayTable>(expected, in_turns);
}

}  // namespace belay::bench::idempotency
