// The operations of one turn, attempted one after the other at its end. Each has to find its
// records and its key somewhere in gigabytes: a few loads from memory, each waiting for the one
// before it. Together they wait once for all (design 9).
#include <algorithm>
#include <array>

#include "store/lane_state.hpp"

namespace belay::store {
namespace {

/// What is fetched for so many fits the first cache with room to spare.
constexpr std::size_t together_max = 32;

/// Of an operation that names more subjects, the others are not fetched ahead.
constexpr std::size_t subjects_fetched_max = 3;

struct Hashes {
    std::array<std::uint64_t, subjects_fetched_max> subjects;
    std::uint64_t key;
};

}  // namespace

void LaneState::attempt_gathered() {
    std::array<Operation*, together_max> together;
    while (Operation* rest = gathered_.take_all()) {
        while (rest != nullptr) {
            std::size_t count = 0;
            for (; rest != nullptr && count < together_max; rest = rest->next_) {
                together[count++] = rest;
            }
            fetch_ahead({together.data(), count});
            for (std::size_t at = 0; at < count; ++at) {
                attempt_first(*together[at]);
            }
        }
    }
}

/// Three rounds over all of them: the slots, then the entries that those point to, then their
/// newest versions. When a round has begun, what the one before asked for is there or on its way.
void LaneState::fetch_ahead(std::span<Operation* const> operations) {
    if (operations.size() < 2) {
        return;
    }
    const Section section(participant_);
    std::array<Hashes, together_max> hashes;
    const auto for_each = [&](auto with_record, auto with_key) {
        for (std::size_t at = 0; at < operations.size(); ++at) {
            const Operation& operation = *operations[at];
            const std::size_t count = std::min(operation.subjects_.size(), subjects_fetched_max);
            for (std::size_t subject = 0; subject < count; ++subject) {
                with_record(operation.subjects_[subject], hashes[at].subjects[subject]);
            }
            if (operation.key_) {
                with_key(*operation.key_, hashes[at].key);
            }
        }
    };
    for_each(
        [&](const job::RecordId& id, std::uint64_t& hash) {
            hash = engine_.records.hash(id);
            engine_.records.prefetch(hash);
        },
        [&](std::string_view name, std::uint64_t& hash) {
            hash = engine_.keys.key(name).hash;
            engine_.keys.prefetch(hash);
        });
    for_each(
        [&](const job::RecordId&, std::uint64_t hash) { engine_.records.prefetch_entry(hash); },
        [&](std::string_view, std::uint64_t hash) { engine_.keys.prefetch_entry(hash); });
    for_each(
        [&](const job::RecordId&, std::uint64_t hash) { engine_.records.prefetch_version(hash); },
        [&](std::string_view, std::uint64_t hash) { engine_.keys.prefetch_version(hash); });
}

}  // namespace belay::store
