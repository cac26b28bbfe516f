#include "store/table/cell.hpp"

#include "core/base/check.hpp"
#include "store/table/stop_point.hpp"

namespace belay::store {
namespace {

std::uintptr_t word_of(const Version* version) noexcept {
    return reinterpret_cast<std::uintptr_t>(version);
}

}  // namespace

Cell::Head Cell::head() const noexcept {
    const std::uintptr_t word = word_.load(std::memory_order_acquire);
    return {reinterpret_cast<const Version*>(word & ~dead_bit), (word & dead_bit) != 0};
}

const Version* Cell::newest_published() const noexcept {
    const Version* version = newest();
    BELAY_STOP_POINT("cell.newest_published.loaded");
    // One step: a pending version was swapped in over one that has its LSN.
    return version != nullptr && version->pending() ? version->previous() : version;
}

const Version* Cell::at(job::Lsn durable) const noexcept {
    const Version* version = newest();
    while (version != nullptr && version->lsn() >= durable) {
        BELAY_STOP_POINT("cell.at.before_previous");
        version = version->previous();
    }
    return version;
}

bool Cell::swap(const Version* expected, Version* next) noexcept {
    if (expected != nullptr) {
        check(next->number() == expected->number() + 1, "a version follows the one it replaces");
        if (expected->pending()) {
            return false;
        }
    }
    next->set_previous(expected);
    std::uintptr_t seen = word_of(expected);
    BELAY_STOP_POINT("cell.swap.before_cas");
    // Release: who loads the head sees `next` filled, and (since `expected` was loaded with
    // acquire) all versions behind it. Nothing is read through `seen` on failure.
    return word_.compare_exchange_strong(seen, word_of(next), std::memory_order_release,
                                         std::memory_order_relaxed);
}

void Cell::put_back(const Version* mine) noexcept {
    check(mine->pending(), "only a pending version is put back");
    std::uintptr_t seen = word_of(mine);
    BELAY_STOP_POINT("cell.put_back.before_cas");
    // Release: who loads the older version from this write must see it as whole as its swap left
    // it.
    const bool done = word_.compare_exchange_strong(
        seen, word_of(mine->previous()), std::memory_order_release, std::memory_order_relaxed);
    check(done, "a version is put back by its owner, once");
}

bool Cell::kill(const Version* expected) noexcept {
    check(expected == nullptr || (expected->tombstone() && !expected->pending()),
          "only an empty record or one with a published tombstone is killed");
    std::uintptr_t seen = word_of(expected);
    BELAY_STOP_POINT("cell.kill.before_cas");
    // Release: pairs with head(); who sees `dead` sees what the killer noted before.
    return word_.compare_exchange_strong(seen, seen | dead_bit, std::memory_order_release,
                                         std::memory_order_relaxed);
}

}  // namespace belay::store
