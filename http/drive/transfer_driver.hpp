// Brings transfers to their end: asks of each what its time asks (core/transfers/course.hpp), sends
// it to the rail, and does what the rail says. A machine without a thread: transfer_worker.hpp has
// the thread.
//
// It acts on durable facts only. What it holds in memory, it can lose: a start surveys all
// transfers, and each that has not ended goes on from where the log shows it. What the rail has
// said and is lost, it says again when the transfer is sent again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/transfers/course.hpp"
#include "core/world/entropy.hpp"
#include "core/world/rail.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/intent_keeper.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "http/drive/transfer_move.hpp"
#include "store/store.hpp"

namespace belay::http {

struct TransferDriverSettings {
    transfers::Pace pace{};
    /// Of the times that subscribers are told.
    transfers::Zone zone{};
    /// A transfer about which the rail says nothing is sent again so often.
    Milliseconds resend_interval = std::chrono::seconds(60);
    /// What is due later is forgotten, and found again by the survey, which comes at least so
    /// often (Housekeeper).
    Milliseconds horizon = std::chrono::minutes(60);
    /// Moves under way at a time.
    std::size_t moves_max = 1024;
};

/// What the driver works with; everything outlives it.
struct TransferDriverParts {
    store::Lane& lane;
    TransferInbox& inbox;
    world::Rail& rail;
    EventFeed& events;
    world::Entropy& entropy;
    /// Null unless another ledger holds the money.
    IntentKeeper* intents = nullptr;
};

/// Not thread-safe: its lane's thread alone calls it.
class TransferDriver final : private TransferMove::Listener {
  public:
    TransferDriver(const TransferDriverParts& parts, const TransferDriverSettings& settings);
    /// Nothing is under way (checked by the lane).
    ~TransferDriver();
    TransferDriver(const TransferDriver&) = delete;
    TransferDriver& operator=(const TransferDriver&) = delete;

    /// Takes what the inbox has and does what is due. True if there is more to do at once. The
    /// caller polls the lane before it and ends the lane's turn after it.
    bool turn();

    /// When the next thing is due that nobody will tell of; may be in the past.
    std::optional<WallTime> next_due() const;

    /// From now on nothing is begun.
    void stop() noexcept { stopping_ = true; }
    bool is_stopping() const noexcept { return stopping_; }

    /// Moves under way.
    std::size_t busy() const noexcept { return moves_; }

    /// Transfers that it has in mind.
    std::size_t size() const noexcept { return courses_.size(); }

  private:
    /// One transfer on its way.
    struct Course {
        /// Of its one entry in due_ that counts.
        std::optional<WallTime> due;
        /// Under way in the store, or done and not looked at.
        std::unique_ptr<TransferMove> move;
        /// What the rail has said and is not done yet, in its order.
        std::deque<world::RailNews> news;
        /// When this process sent it to the rail.
        std::optional<WallTime> sent;
        /// What did not succeed, one after the other.
        unsigned failures = 0;
        bool is_offered = false;  ///< somebody has made it, or believes to have
        bool is_ready = false;    ///< it stands in ready_
        bool heeds_news = false;  ///< the move is about the first of the news
    };

    /// What the log shows of a transfer, as far as the driver decides by it.
    struct Shown {
        transfers::Type type = transfers::Type::ted_out;
        transfers::Phase phase = transfers::Phase::absent;
        transfers::Step step;
    };

    using Courses = std::unordered_map<job::Uuid, Course, job::UuidHash>;

    struct Due {
        WallTime time;
        job::Uuid id;

        bool operator>(const Due& other) const noexcept { return time > other.time; }
    };

    // TransferMove::Listener
    void moved(TransferMove& move) noexcept override;

    void take_offers();
    void take_news();
    void take_due();
    void look_through_store();
    void make_ready(const job::Uuid& id);
    void proceed(const job::Uuid& id);
    bool conclude(const job::Uuid& id, Course& course);
    Shown look(const job::Uuid& id);
    bool heed_news(const job::Uuid& id, Course& course, const Shown& shown);
    void send(const job::Uuid& id, Course& course);
    void begin(const job::Uuid& id, Course& course, transfers::Ask ask, std::string text);
    void wait_until(const job::Uuid& id, Course& course, WallTime due);
    void retry_later(const job::Uuid& id, Course& course);
    job::Uuid new_id();

    const TransferDriverParts parts_;
    const TransferDriverSettings settings_;
    Courses courses_;
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
    std::deque<job::Uuid> ready_;        ///< whose course may go on now
    std::vector<job::Uuid> finished_;    ///< whose move is done
    std::vector<world::RailNews> news_;  ///< scratch
    std::size_t moves_ = 0;
    bool stopping_ = false;
};

}  // namespace belay::http
