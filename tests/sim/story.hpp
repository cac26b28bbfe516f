// The log as it was written, watched from outside the store: every frame with its facts, and how
// much of it is durable. What a recovery may come to is a prefix of it and nothing else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/job/ids.hpp"
#include "tests/sim/chronicle.hpp"
#include "tests/sim/seams.hpp"

namespace belay::sim {

/// Holds all frames of a life. Broken laws are kept (broken()), the first one.
class Story final : public LogWatcher {
  public:
    /// Outlives it.
    explicit Story(Chronicle& chronicle) : chronicle_(chronicle) {}

    void writing(std::uint64_t offset, ByteSpan bytes) override;
    void written(std::uint64_t offset, ByteSpan bytes, bool is_true) override;
    bool suspects() const override { return is_suspicious_; }

    /// From now on the disk may lie: its word is checked, and no law rests on it.
    void suspect() { is_suspicious_ = true; }
    /// A write that the disk called durable is not where it belongs.
    bool was_lied_to() const noexcept { return was_lied_to_; }

    /// A start begins. What it copies is no more durable than what it copied from, until it has
    /// come to its end.
    void begin_start() { is_starting_ = true; }

    /// A start says that the log ends here and that its state has this hash: whether that is a
    /// prefix with all that was durable. What it cut is no part of the story any more.
    void settle(job::Lsn end, std::uint64_t hash);

    /// The same of a start from a damaged disk, which may have lost what nothing else on the disk
    /// names (store/FORMAT.md 11). Changes nothing.
    std::string_view judge_damaged(job::Lsn end, std::uint64_t hash) const;

    /// Of all that is durable. What store::Store::state_hash must come to.
    std::uint64_t hash() const { return hash_at(durable_end_); }
    job::Lsn durable_end() const noexcept { return durable_end_; }

    /// The remembered answer of a key, encoded; nullopt if the key is not there. As of the last
    /// settle() and what was durable since.
    std::optional<std::string_view> key(std::string_view name) const;
    /// Calls `each` with every key's name.
    void each_key(FunctionRef<void(std::string_view name)> each) const;

    /// The latest time of any transition.
    WallTime time_max() const noexcept { return time_max_; }
    std::uint64_t frames() const noexcept { return frames_taken_; }

    const std::string& broken() const noexcept { return broken_; }

  private:
    struct Frame {
        job::Lsn lsn = 0;
        job::Lsn end = 0;
        std::string body;
    };

    /// One live version; its name is the fact's kind and the name within it.
    struct Standing {
        std::string value;
        std::uint64_t hash = 0;
    };
    using State = std::map<std::string, Standing, std::less<>>;

    void add(job::Lsn lsn, job::Lsn end, ByteSpan body);
    void take_until(job::Lsn end);
    std::uint64_t hash_at(job::Lsn end) const;
    bool is_boundary(job::Lsn lsn) const;
    static void apply(State& state, const Frame& frame);
    static std::uint64_t hash_of(const State& state);
    void require(bool holds, std::string_view law);

    Chronicle& chronicle_;
    std::vector<Frame> frames_;
    std::size_t taken_ = 0;  ///< of frames_: they are durable, and in state_
    State state_;
    job::Lsn durable_end_ = store::first_lsn;
    /// The highest D that something names that is on the disk for certain.
    job::Lsn named_ = store::first_lsn;
    WallTime time_max_{};
    std::uint64_t frames_taken_ = 0;
    bool is_starting_ = false;
    bool is_suspicious_ = false;
    bool was_lied_to_ = false;
    std::string broken_;
};

}  // namespace belay::sim
