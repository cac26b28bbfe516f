// From those who know that a transfer has something to be done, to the worker that does it: the
// request that made it, the survey at the start, and the rail. It is on the way of every
// confirmation, so offering a transfer takes no lock (unless the worker sleeps) and no memory.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "core/job/ids.hpp"
#include "core/work/mailbox.hpp"
#include "core/world/rail.hpp"
#include "store/store.hpp"

namespace belay::http {

class TransferInbox final : public world::RailListener {
  public:
    TransferInbox();
    TransferInbox(const TransferInbox&) = delete;
    TransferInbox& operator=(const TransferInbox&) = delete;

    /// Any thread. There is a transfer, durably, that has not ended: a hint, the store says what it
    /// is. What the inbox cannot hold is not lost: the worker then looks through the store.
    void offer(const job::Uuid& transfer) noexcept;

    // world::RailListener; any thread.
    void told(world::RailNews news) override;

    // The worker's thread alone.

    std::optional<job::Uuid> take() noexcept { return offered_.pop(); }

    /// Whether, since the last call, there may have been offers that take() does not give.
    bool take_missed() noexcept;

    /// What the rail has told, in its order, and takes it away.
    void take_news(std::vector<world::RailNews>& to);

    /// The worker is about to sleep, and is to be woken by `waker`, which outlives the sleep. False
    /// if there is something to take.
    bool about_to_sleep(store::Waker& waker);
    void woke() noexcept;

  private:
    static constexpr std::size_t places = std::size_t{1} << 16;

    void wake() noexcept;

    work::Mailbox<job::Uuid> offered_{places};
    std::atomic<bool> missed_{false};
    std::atomic<bool> asleep_{false};

    std::mutex mutex_;
    std::vector<world::RailNews> news_;  // by mutex_
    store::Waker* waker_ = nullptr;      // by mutex_; null while the worker is awake
    std::atomic<bool> has_news_{false};
};

}  // namespace belay::http
