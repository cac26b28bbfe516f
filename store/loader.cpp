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
    return fill_index();
}

/// Merges the shards' entries, from the last to the first.
explained<void> Loader::fill_index() {
    PoolLane pool(engine_.pool);
    Participant participant(engine_.epochs, pool);
    Heights heights(engine_.next_seed());
    std::vector<std::size_t> left;
    std::transform(shards_.begin(), shards_.end(), std::back_inserter(left),
                   [](const LoadShard* shard) { return shard->list_entries().size(); });
    const Section section(participant);
    for (;;) {
        const OrderedIndex::Key* last = nullptr;
        std::size_t from = 0;
        for (std::size_t at = 0; at < shards_.size(); ++at) {
            if (left[at] == 0) {
                continue;
            }
            const OrderedIndex::Key& key = shards_[at]->list_entries()[left[at] - 1];
            if (last == nullptr || OrderedIndex::before(*last, key)) {
                last = &key;
                from = at;
            }
        }
        if (last == nullptr) {
            return {};
        }
        if (!engine_.index.put_first(participant, heights, *last)) {
            return failure(Error::exhausted,
                           "there is not enough memory for what the data directory holds");
        }
        --left[from];
    }
}

}  // namespace belay::store
