#include "http/drive/midaz/intent_desk.hpp"

#include "core/base/check.hpp"

namespace belay::http {

void IntentDesk::add_shard(run::Shard& shard) {
    check(shard.index() == per_shard_.size(), "shards come in their order");
    per_shard_.push_back(std::make_unique<PerShard>(shard, patience_));
}

void IntentDesk::set_keeper(IntentKeeper& keeper, const LedgerPort& port) noexcept {
    keeper_ = &keeper;
    port_ = &port;
}

void IntentDesk::wait(run::Shard& shard, IntentWait& wait, const job::Uuid& transfer) {
    // Told to wait before it is looked after: what is resolved at once is not missed.
    per_shard_[shard.index()]->waits.begin(wait, transfer);
    keeper_->look_after(transfer);
}

void IntentDesk::resolved(const job::Uuid& transfer, const Resolution& resolution) {
    for (const auto& one : per_shard_) {
        one->shard.post(
            [waits = &one->waits, transfer, resolution] { waits->resolve(transfer, resolution); });
    }
}

}  // namespace belay::http
