// A store on a simulated disk with a clock that stands still, and operations made of lambdas.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/world/clock.hpp"
#include "core/world/disk_sim.hpp"
#include "core/world/entropy.hpp"
#include "store/blocking_lane.hpp"
#include "store/store.hpp"

namespace belay::store::testing {

/// Items are in the list of their owner; counters are in no list. An item's value is its owner,
/// then any text.
inline constexpr job::Kind item_kind{1};
inline constexpr job::Kind counter_kind{2};
inline constexpr std::uint16_t items_of_owner = 1;

Schema make_schema();

job::Uuid uuid(std::uint64_t number);
job::RecordId item(std::uint64_t number);
job::RecordId counter(std::uint64_t number);
job::ListId items_of(std::uint64_t owner);
std::string item_value(std::uint64_t owner, std::string_view text);

/// The answer that is kept under keys: `body` with a fingerprint of `fingerprint`.
job::RememberedAnswer answer(std::string_view body, std::uint8_t fingerprint = 0,
                             WallTime expires = WallTime::max());

/// An operation that does what it is told and remembers how it ended.
class Ask : public Operation {
  public:
    using Decide = std::function<void(const View&, Draft&)>;

    Ask(std::vector<job::RecordId> subjects, Decide decide, std::string key = {},
        Importance importance = Importance::essential);
    Ask(const Ask&) = delete;  // the store has its address and its key's
    Ask& operator=(const Ask&) = delete;

    void decide(const View& view, Draft& draft) override;
    void done(const Receipt& receipt) noexcept override;

    bool is_done() const { return done_count == 1; }
    Status status() const { return receipt.status; }

    int decided_count = 0;
    int done_count = 0;
    Receipt receipt;
    /// Called at the end of done().
    std::function<void()> then;

  private:
    Decide decide_;
    std::string key_;
};

Ask put(const job::RecordId& id, std::string_view value,
        Importance importance = Importance::essential);
Ask remove(const job::RecordId& id);
/// Looks, and declines.
Ask look(const job::RecordId& id);
/// Claims the key with the body if it is fresh, else puts what is remembered into `seen`.
Ask claim(std::string key, std::string_view body, std::string* seen = nullptr);
Ask forget(std::string key);

class CountingListener final : public FailureListener {
  public:
    void log_failed(boost::system::error_code error) noexcept override;

    std::atomic<int> count{0};
    boost::system::error_code error;
};

class NoWaker final : public Waker {
  public:
    void wake() noexcept override { wakes.fetch_add(1); }

    std::atomic<int> wakes{0};
};

/// Small, without threads, and without snapshots that nobody asked for.
Settings small_settings();

class Rig {
  public:
    explicit Rig(std::uint64_t seed = 1, const Settings& settings = small_settings());
    ~Rig();

    /// Opens the store; fails the test if it refuses.
    void open();
    /// Opens it and says why not.
    explained<void> try_open();
    /// Cleanly. All lanes made by lane() are closed first.
    void close();
    /// As after a kill -9: what was written stays.
    void kill();
    /// As after a power cut; `seed` settles what was not durable.
    void power_loss(std::uint64_t seed);

    /// A lane that this rig owns.
    Lane& lane(std::size_t index = 0);
    void close_lanes();

    /// Single-threaded: submits, pumps and polls until it is done.
    Status run(Ask& ask);
    Status run(Ask&& ask) { return run(ask); }

    /// The text of an item or counter as readers see it, or "-".
    std::string read(const job::RecordId& id);
    /// The numbers of the items in a list, newest first, by their last octets.
    std::vector<std::uint64_t> list(std::uint64_t owner);
    /// What is remembered under a key, or "-".
    std::string remembered(const std::string& key);

    std::unique_ptr<world::SimDisk> disk;
    world::ManualClock clock{WallTime(Milliseconds(1'800'000'000'000))};
    world::SeededEntropy entropy;
    CountingListener listener;
    NoWaker waker;
    Settings settings;
    std::unique_ptr<Store> store;

  private:
    std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace belay::store::testing
