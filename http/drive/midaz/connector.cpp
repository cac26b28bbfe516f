#include "http/drive/midaz/connector.hpp"

namespace belay::midaz {
namespace {

/// Above it all are looked up anew: a bound on memory, not on accounts.
constexpr std::size_t aliases_max = 100'000;

}  // namespace

Connector::Connector(run::Shard& shard, Caller& caller, world::Entropy& entropy,
                     const ConnectorSettings& settings)
    : shard_(shard),
      caller_(caller),
      entropy_(entropy),
      settings_(settings),
      sleeper_(shard),
      turns_(shard, settings.in_flight_max),
      breaker_(settings.breaker) {}

run::task<http::LedgerOutcome> Connector::carry_out(const http::LedgerOrder& order) {
    co_await turns_.enter(order.transfer);
    Errand errand(order, settings_.accounts, settings_.patience, known_alias(order), entropy_);
    co_await drive(errand);
    remember_alias(order, errand.sender_alias());
    turns_.leave(order.transfer);
    co_return errand.outcome();
}

run::task<> Connector::drive(Errand& errand) {
    while (!stopping_) {
        const Errand::Step step = errand.next(shard_.now());
        if (step == Errand::Step::end) {
            co_return;
        }
        if (step == Errand::Step::wait) {
            const world::MonotonicTime until = errand.until();
            co_await sleeper_.sleep(until);
            continue;
        }
        const auto blocked = breaker_.blocked_until(shard_.now());
        if (blocked) {
            const world::MonotonicTime until = *blocked;
            co_await sleeper_.sleep(until);
            continue;
        }
        const Call& call = errand.call();
        const auto reply = co_await caller_.make(call);
        count(reply);
        errand.answered({reply.status, reply.body, reply.retry_after}, shard_.now());
    }
}

void Connector::count(const Reply& reply) noexcept {
    if (is_failure(reply.status)) {
        breaker_.failed(shard_.now());
    } else {
        breaker_.succeeded();
    }
    unreachable_until_.store(breaker_.opens_at(), std::memory_order_relaxed);
}

bool Connector::is_reachable() const noexcept {
    return shard_.clock().monotonic() >= unreachable_until_.load(std::memory_order_relaxed);
}

void Connector::stop() noexcept {
    stopping_ = true;
    sleeper_.wake_all();
}

std::string Connector::known_alias(const http::LedgerOrder& order) const {
    const auto found = aliases_.find(order.sender_account);
    return found == aliases_.end() ? std::string() : found->second;
}

void Connector::remember_alias(const http::LedgerOrder& order, const std::string& alias) {
    if (alias.empty()) {
        return;
    }
    if (aliases_.size() >= aliases_max) {
        aliases_.clear();
    }
    aliases_.insert_or_assign(order.sender_account, alias);
}

}  // namespace belay::midaz
