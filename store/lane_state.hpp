// One lane at work: the queues of what waits, and the attempt of an operation. Private to store/.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "store/engine.hpp"
#include "store/ring_queue.hpp"

namespace belay::store {

class LaneState {
  public:
    LaneState(Engine& engine, Waker& waker);
    ~LaneState();
    LaneState(const LaneState&) = delete;
    LaneState& operator=(const LaneState&) = delete;

    void submit(Operation& operation);
    void poll();
    void end_turn();
    bool about_to_sleep();
    void woke();
    std::size_t pending() const noexcept { return pending_; }

    bool read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found);
    std::optional<job::Uuid> list(const job::ListId& list, const std::optional<job::Uuid>& after,
                                  FunctionRef<bool(const job::Uuid&, const RecordView&)> each);
    void walk(FunctionRef<void(const job::RecordId&, const RecordView&)> each);
    void walk_keys(FunctionRef<void(std::string_view name, WallTime expires)> each);
    WallTime now() { return engine_.now(); }

    /// For the snapshot: every live version, as a fact with its LSN.
    void walk_facts(FunctionRef<void(Lsn lsn, const Fact& fact)> each);

  private:
    /// What an attempt came to.
    enum class Attempt : std::uint8_t {
        committed,  ///< published; waits for the disk
        declined,   ///< nothing moved; may wait for the disk
        blocked,    ///< somebody else's swap is in the way: decide again soon
        no_room,    ///< the ring is full: decide again when it is not
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
        bool made_entry = false;  ///< by this attempt: to be killed if it comes to nothing
    };

    /// An operation that waits for the disk. Its answer waits for the later of its own frame and
    /// the one before it in the queue.
    struct Due {
        Lsn after = 0;                   ///< due when D is above it
        Operation* operation = nullptr;  ///< null: it was told that its outcome is unknown
        Receipt receipt;
    };

    /// What is to be done in the tables when a transition is durable.
    struct Settlement {
        Lsn after = 0;
        const Version* replaced = nullptr;   ///< to be retired
        Record* record = nullptr;            ///< removed: out of the lists, then killed
        KeyRecord* key = nullptr;            ///< removed: killed
        const Version* tombstone = nullptr;  ///< of the removed
    };

    /// The operations that wait to decide again, in the order in which they came.
    struct WaitingList {
        Operation* first = nullptr;
        Operation* last = nullptr;
        void push(Operation& operation) noexcept;
        Operation* take_all() noexcept;
    };

    Attempt attempt(Operation& operation);
    bool load_subjects(const Operation& operation, View& view);
    bool load_key(const Operation& operation, View& view);
    Attempt commit(Operation& operation, WallTime now);
    void collect_moves(const Operation& operation);
    bool prepare_entry(const Operation& operation, std::size_t at);
    bool prepare_version(std::size_t at);
    bool enter_lists(std::size_t at);
    bool swap_all();
    void undo(std::size_t swapped);
    void unmake(std::size_t at);
    void publish(WallTime now, Lsn lsn, std::size_t body_bytes);
    bool too_many_undurable(const Found& found) const;

    void settle_attempt(Operation& operation, Attempt outcome);
    void complete(Operation& operation, Status status, Lsn lsn = 0);
    void settle(Lsn durable);
    void answer(Lsn durable);
    void decide_again();
    void give_up_overdue();
    void stop_everything();
    bool is_overdue(const Operation& operation, std::int64_t now) const noexcept;
    std::int64_t monotonic() const;
    void leave_lists(const job::RecordId& id, ByteSpan value);

    Engine& engine_;
    PoolLane pool_;
    Participant participant_;
    Heights heights_;
    LaneSignal signal_;

    // The attempt under way; kept so that an attempt allocates nothing.
    Draft draft_;
    std::array<Found, limits::records_per_frame_max> subjects_;
    Found key_;
    KeyName key_name_;
    std::array<std::optional<RecordView>, limits::records_per_frame_max> views_;
    std::array<Fact, limits::records_per_frame_max + 1> facts_;
    std::array<Moving, limits::records_per_frame_max + 1> moving_;
    /// Which subject moving_[i] is; key_subject for the key.
    std::array<std::size_t, limits::records_per_frame_max + 1> subject_of_{};
    std::size_t moving_count_ = 0;
    Lsn newest_seen_ = 0;
    std::size_t room_wanted_ = 0;
    bool out_of_memory_ = false;

    RingQueue<Due> due_;
    std::size_t overdue_count_ = 0;  ///< at the front of due_, told already
    RingQueue<Settlement> settlements_;
    WaitingList blocked_;
    WaitingList roomless_;
    std::size_t pending_ = 0;
    bool published_ = false;  ///< since the last end_turn
};

}  // namespace belay::store
