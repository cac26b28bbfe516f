#include "store/log/segment_supply.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace belay::store {

SegmentSupply::SegmentSupply(world::Disk& disk, world::Entropy& entropy,
                             std::uint64_t segment_bytes, bool want_direct,
                             std::uint64_t current_number, std::uint64_t next_number,
                             std::vector<SegmentExtent> sealed)
    : disk_(disk),
      segment_bytes_(segment_bytes),
      want_direct_(want_direct),
      entropy_(entropy),
      sealed_(std::move(sealed)),
      current_number_(current_number),
      next_number_(next_number) {
    check(segment_bytes_ >= segment_bytes_min && segment_bytes_ <= segment_bytes_max &&
              segment_bytes_ % limits::block_bytes == 0,
          "a segment has room for the largest frame, and whole blocks");
    check(next_number_ > current_number_, "segment numbers are never reused");
}

bool SegmentSupply::ready() const noexcept {
    return ready_.load(std::memory_order_relaxed);
}

bool SegmentSupply::is_low() const noexcept {
    return low_.load(std::memory_order_relaxed);
}

std::optional<OpenSegment> SegmentSupply::take() {
    const std::lock_guard lock(mutex_);
    std::optional<OpenSegment> taken = std::exchange(prepared_, std::nullopt);
    ready_.store(false, std::memory_order_relaxed);
    taken_ = taken_ || taken.has_value();
    return taken;
}

void SegmentSupply::seal(const SegmentExtent& extent, std::uint64_t current_number) {
    const std::lock_guard lock(mutex_);
    sealed_.push_back(extent);
    current_number_ = current_number;
    taken_ = false;
}

void SegmentSupply::release_below(Lsn lsn) {
    const std::lock_guard lock(mutex_);
    released_below_ = std::max(released_below_, lsn);
}

std::size_t SegmentSupply::file_count() const {
    const std::lock_guard lock(mutex_);
    return sealed_.size() + 1 + (prepared_ || taken_ ? 1 : 0);
}

bool SegmentSupply::wants_refill() const {
    const std::lock_guard lock(mutex_);
    return (!prepared_ && !taken_) ||
           std::any_of(sealed_.begin(), sealed_.end(),
                       [this](const SegmentExtent& extent) { return is_released(extent); });
}

result<void> SegmentSupply::refill(Rest rest) {
    const result<void> prepared = prepare_next(rest);
    low_.store(prepared.has_error(), std::memory_order_relaxed);
    const result<void> removed = remove_released();
    return prepared.has_error() ? prepared : removed;
}

result<void> SegmentSupply::prepare_next(Rest rest) {
    const std::optional<Order> order = take_order();
    if (!order) {
        return {};
    }
    result<OpenSegment> prepared = prepare(*order, rest);
    if (prepared.has_error()) {
        // Best effort: what stays behind is removed by the next start.
        (void)disk_.remove(segment_temporary_path(order->number));
        return prepared.error();
    }
    const std::lock_guard lock(mutex_);
    prepared_ = std::move(prepared.value());
    ready_.store(true, std::memory_order_relaxed);
    return {};
}

result<OpenSegment> SegmentSupply::prepare(const Order& order, Rest rest) {
    result<OpenSegment> segment =
        order.from ? recycle_segment_file(disk_, segment_path(order.from->number), order.number,
                                          segment_bytes_, want_direct_)
                   : make_segment_file(disk_, order.number, segment_bytes_, want_direct_, rest);
    if (segment.has_error()) {
        return segment;
    }
    segment->header.previous = order.previous;
    segment->header.salt = entropy_.number();
    if (auto written = write_segment_head(*segment, 0); written.has_error()) {
        return written.error();
    }
    if (auto named = name_segment(disk_, order.number); named.has_error()) {
        return named.error();
    }
    return segment;
}

result<void> SegmentSupply::remove_released() {
    bool removed_any = false;
    while (const std::optional<SegmentExtent> extent = take_released()) {
        if (auto removed = disk_.remove(segment_path(extent->number)); removed.has_error()) {
            const std::lock_guard lock(mutex_);
            sealed_.push_back(*extent);
            return removed;
        }
        removed_any = true;
    }
    return removed_any ? disk_.sync_directory(log_directory) : result<void>();
}

std::optional<SegmentSupply::Order> SegmentSupply::take_order() {
    const std::lock_guard lock(mutex_);
    if (prepared_ || taken_) {
        return std::nullopt;
    }
    Order order{.number = next_number_++, .previous = current_number_, .from = std::nullopt};
    const auto found = std::find_if(sealed_.begin(), sealed_.end(), [this](const auto& extent) {
        return is_released(extent) && extent.size == segment_bytes_;
    });
    if (found != sealed_.end()) {
        order.from = *found;
        sealed_.erase(found);
    }
    return order;
}

std::optional<SegmentExtent> SegmentSupply::take_released() {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(sealed_.begin(), sealed_.end(),
                                    [this](const auto& extent) { return is_released(extent); });
    if (found == sealed_.end()) {
        return std::nullopt;
    }
    const SegmentExtent extent = *found;
    sealed_.erase(found);
    return extent;
}

}  // namespace belay::store
