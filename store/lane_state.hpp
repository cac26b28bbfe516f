// One lane at work: the queues of what waits, and the attempt of an operation. Private to store/.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "store/engine.hpp"
#include "store/reader.hpp"
#include "store/ring_queue.hpp"

namespace belay::store {

class LaneState {
  public:
    LaneState(Engine& engine, Waker& waker, Attempts attempts);
    ~LaneState();
    LaneState(const LaneState&) = delete;
    LaneState& operator=(const LaneState&) = delete;

    void submit(Operation& operation);
    void poll(std::size_t answers_max);
    bool is_due() noexcept;
    void end_turn();
    bool about_to_sleep();
    void woke();
    std::size_t pending() const noexcept { return pending_; }

    Reader& reader() noexcept { return reader_; }
    WallTime now() { return engine_.now(); }

  private:
    static constexpr Lsn never = ~Lsn{0};

    /// What an attempt came to.
    enum class Attempt : std::uint8_t {
        committed,  ///< published; waits for the disk
        declined,   ///< nothing moved; may wait for the disk
        blocked,    ///< somebody else's swap is in the way: decide again soon
        no_room,    ///< the ring is full: decide again when it is not
        too_early,  ///< rests on too much that is not durable: decide again when D has moved
        exhausted,  ///< a limit is reached
    };

    /// One record or key that an operation is about, as this attempt found it.
    struct Found {
        Entry* entry = nullptr;  ///< null: absent
        const Version* version =
            nullptr;  ///< the newest, published; null: none; may be a tombstone
    };

    /// One record or key that moves.
    struct Moving {
        Entry* entry = nullptr;
        const Version* expected = nullptr;
        Version* next = nullptr;
        bool made_entry = false;     ///< by this attempt: to be killed if it comes to nothing
        bool entered_lists = false;  ///< as far as memory allowed; likewise
    };

    /// An operation that waits for the disk. Its answer waits for the later of its own frame and
    /// the one before it in the queue.
    struct Due {
        Lsn after = 0;                   ///< due when D is above it
        Operation* operation = nullptr;  ///< null: it was told that its outcome is unknown
        Receipt receipt;
    };

    /// The operations that wait to decide again, in the order in which they came.
    struct WaitingList {
        Operation* first = nullptr;
        Operation* last = nullptr;
        void push(Operation& operation) noexcept;
        Operation* take_all() noexcept;
    };

    void attempt_first(Operation& operation);
    void attempt_gathered();
    void fetch_ahead(std::span<Operation* const> operations);
    Attempt attempt(Operation& operation);
    bool load_subjects(const Operation& operation, View& view);
    bool load_key(const Operation& operation, View& view);
    bool is_one_moment(const Operation& operation) const;
    Attempt commit(Operation& operation, WallTime now);
    void collect_moves(const Operation& operation);
    std::optional<Attempt> prepare(const Operation& operation);
    std::optional<Attempt> prepare_entry(const Operation& operation, std::size_t at);
    std::optional<Attempt> wait_for(Lsn durable_above);
    bool prepare_version(std::size_t at);
    bool prepare_lists(std::size_t at);
    bool swap_all();
    void undo(std::size_t swapped);
    void unmake(std::size_t at);
    void publish(WallTime now, Lsn lsn, std::size_t body_bytes);
    bool is_crowded(const Entry& entry, const Version& newest) const;

    void conclude(Operation& operation, Attempt outcome);
    void complete(Operation& operation, Status status, Lsn lsn = 0);
    void settle_durable(Lsn durable);
    void answer(Lsn durable, std::size_t answers_max);
    void decide_again(Lsn durable, std::int64_t now);
    void give_up_overdue(std::int64_t now);
    void stop_everything();
    void collect_all();
    bool is_overdue(const Operation* operation, std::int64_t now) const noexcept;
    bool is_anything_overdue();
    std::int64_t monotonic() const;

    Engine& engine_;
    const Attempts attempts_;
    PoolLane pool_;
    Participant participant_;
    Reader reader_;
    Heights heights_;
    LaneSignal signal_;

    // The attempt under way; kept so that an attempt allocates nothing.
    Draft draft_;
    std::array<Found, limits::records_per_frame_max> subjects_;
    Found key_;
    KeyName key_name_;
    std::string remembered_;  ///< what key_ holds
    std::string packed_;
    std::array<std::optional<RecordView>, limits::records_per_frame_max> views_;
    std::array<Fact, limits::records_per_frame_max + 1> facts_;
    std::array<Moving, limits::records_per_frame_max + 1> moving_;
    /// Which subject moving_[i] is; key_subject for the key.
    std::array<std::size_t, limits::records_per_frame_max + 1> subject_of_{};
    std::size_t moving_count_ = 0;
    Lsn newest_seen_ = 0;
    std::size_t room_wanted_ = 0;  ///< by the last attempt that had no room

    RingQueue<Due> due_;
    std::size_t overdue_count_ = 0;  ///< at the front of due_, told already
    RingQueue<Settlement> settlements_;
    WaitingList gathered_;  ///< submitted in this turn, not attempted yet
    WaitingList blocked_;
    WaitingList roomless_;
    WaitingList too_early_;
    Lsn too_early_until_ = never;  ///< those decide again when D is above it
    std::size_t pending_ = 0;
    bool published_ = false;  ///< since the last end_turn
    /// The monotonic clock as last read; while something is pending, by every poll() since.
    std::int64_t seen_time_ = 0;
};

}  // namespace belay::store
