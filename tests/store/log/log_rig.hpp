// A whole log on a simulated disk, driven by hand: recovery, ring, supply, writer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/world/clock.hpp"
#include "core/world/disk_sim.hpp"
#include "core/world/entropy.hpp"
#include "store/log/log_writer.hpp"
#include "store/log/recover.hpp"
#include "store/log/ring.hpp"
#include "store/log/segment_supply.hpp"

namespace belay::store::test {

/// Small segments, so that a few frames fill one.
inline constexpr std::uint64_t small_segment_bytes = 160 * 1024;

/// What one frame says: the value of its only fact.
struct Told {
    Lsn lsn = 0;
    std::string value;

    friend bool operator==(const Told&, const Told&) = default;
};
using History = std::vector<Told>;

bool is_prefix(const History& shorter, const History& longer);

/// Reads a log as a start would, without writing.
explained<History> read_history(world::Disk& disk, Lsn start = first_lsn, Lsn named_durable = 0);

class Listener final : public LogListener {
  public:
    void durable(Lsn durable_lsn) noexcept override { durable_lsn_ = durable_lsn; }
    void space_freed() noexcept override { ++space_calls; }
    void failed(boost::system::error_code error_code) noexcept override { error = error_code; }

    Lsn durable_lsn_ = 0;
    int space_calls = 0;
    boost::system::error_code error;
};

class LogRig {
  public:
    /// A new process on `disk`, which must outlive it.
    explicit LogRig(world::Disk& disk, std::uint64_t seed = 1,
                    std::uint64_t segment_bytes = small_segment_bytes);

    /// Recovers and gets ready to write.
    explained<ReplaySummary> open(Lsn start = first_lsn);

    /// Publishes a frame of about `bytes` bytes; the disk knows nothing of it yet.
    Lsn append(std::size_t bytes = 100);
    Lsn append_value(std::string value);

    /// Writes what is published and prepares what is needed. What the last step did.
    LogWriter::Did commit() { return writer->pump(); }
    /// Lets the time pass after which an idle log names its D.
    LogWriter::Did idle();
    /// A clean end. False if the log failed.
    bool stop();

    /// What is durable, as acknowledged.
    History acknowledged() const;

    world::ManualClock clock;
    world::SeededEntropy entropy;
    LogOptions options;
    Listener listener;
    std::unique_ptr<Ring> ring;
    std::unique_ptr<SegmentSupply> supply;
    std::unique_ptr<LogWriter> writer;
    History history;  ///< recovered, then appended

  private:
    world::Disk& disk_;
    std::uint64_t appended_ = 0;
};

}  // namespace belay::store::test
