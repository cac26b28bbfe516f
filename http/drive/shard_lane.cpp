#include "http/drive/shard_lane.hpp"

namespace belay::http {
namespace {

// store::Lane::about_to_sleep: at most so long while something is pending.
constexpr Milliseconds tick_length(100);

/// A flush may bring answers for all connections. To write out a few before the next are made keeps
/// what they need near the processor.
constexpr std::size_t answers_together_max = 8;

}  // namespace

ShardLane::ShardLane(run::Shard& shard, store::Store& store)
    : shard_(shard),
      lane_(store.open_lane(*this, store::Attempts::at_end_of_turn)),
      tick_length_(shard.deadlines().of_length(tick_length)) {
    shard.add_turn(*this);
}

void ShardLane::after_handler() noexcept {
    if (lane_.is_due()) {
        lane_.poll(answers_together_max);
    }
}

void ShardLane::end_turn() noexcept {
    // Also when nothing becomes durable: who waits too long must be told.
    lane_.poll(answers_together_max);
    lane_.end_turn();
}

bool ShardLane::about_to_block() noexcept {
    if (!lane_.about_to_sleep()) {
        return false;
    }
    if (lane_.pending() != 0) {
        shard_.arm(tick_, tick_length_);
    }
    return true;
}

void ShardLane::woke() noexcept {
    tick_.disarm();
    lane_.woke();
    lane_.poll(answers_together_max);
}

void ShardLane::wake() noexcept {
    shard_.wake();
}

}  // namespace belay::http
