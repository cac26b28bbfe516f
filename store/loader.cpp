#include "store/loader.hpp"

#include <algorithm>

namespace belay::store {

Loader::Loader(Engine& engine, std::size_t threads)
    : engine_(engine), routes_(std::max<std::size_t>(threads, 1)) {
    for (Route& route : routes_) {
        route.worker = std::make_unique<LoadWorker>(
            engine, threads == 0 ? LoadWorker::Runs::in_submit : LoadWorker::Runs::on_a_thread);
        route.batch = std::make_unique<LoadBatch>();
    }
}

void Loader::expect(std::uint64_t records, std::uint64_t keys) {
    engine_.records.expect(records);
    engine_.keys.expect(keys);
    for (Route& route : routes_) {
        route.worker->expect(records / routes_.size());
    }
}

explained<void> Loader::apply_snapshot_entry(Lsn lsn, const Fact& fact) {
    return deal(lsn, fact, true);
}

explained<void> Loader::apply_frame(ReplayedFrame& frame) {
    latest_time_ = std::max(latest_time_, frame.time);
    Fact fact;
    while (frame.facts.next(fact)) {
        if (auto dealt = deal(frame.lsn, fact, false); dealt.has_error()) {
            return dealt.error();
        }
    }
    return {};
}

explained<void> Loader::deal(Lsn lsn, const Fact& fact, bool from_snapshot) {
    const std::uint64_t hash = fact.kind == FactKind::key ? engine_.keys.key(fact.key).hash
                                                          : engine_.records.hash(fact.record);
    // By the low bits: the high ones are the place in the table.
    Route& route = routes_[hash % routes_.size()];
    while (!route.batch->add(lsn, hash, from_snapshot, fact)) {
        if (!route.worker->submit(route.batch)) {
            return join();
        }
    }
    return {};
}

/// Waits for all shards. Of several failures it gives the one that comes first in the log: every
/// fact before it has been dealt out, so it is the same one each time.
explained<void> Loader::join() {
    for (Route& route : routes_) {
        route.worker->submit(route.batch);
        route.worker->close();
    }
    const LoadShard* first = nullptr;
    for (Route& route : routes_) {
        shards_.push_back(&route.worker->join());
        const LoadShard& shard = *shards_.back();
        if (shard.failed() && (first == nullptr || shard.failed_at() < first->failed_at())) {
            first = &shard;
        }
    }
    return first == nullptr ? explained<void>() : explained<void>(*first->failed());
}

explained<void> Loader::finish() {
    if (auto joined = join(); joined.has_error()) {
        return joined;
    }
    for (LoadShard* shard : shards_) {
        if (auto finished = shard->finish(); finished.has_error()) {
            return finished;
        }
    }
    fill_index();
    return {};
}

/// Merges the shards' entries, from the last to the first.
void Loader::fill_index() {
    PoolLane pool(engine_.pool);
    Participant participant(engine_.epochs, pool);
    for (;;) {
        std::vector<OrderedIndex::Node*>* from = nullptr;
        for (LoadShard* shard : shards_) {
            auto& entries = shard->list_entries();
            if (!entries.empty() &&
                (from == nullptr || OrderedIndex::before(*from->back(), *entries.back()))) {
                from = &entries;
            }
        }
        if (from == nullptr) {
            return;
        }
        engine_.index.put_first(participant, *from->back());
        from->pop_back();
    }
}

}  // namespace belay::store
