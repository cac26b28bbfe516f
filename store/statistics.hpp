// What the store tells about itself: for /metrics and for the line that a start logs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "core/job/ids.hpp"

namespace belay::store {

/// What a start found and did.
struct RecoveryReport {
    std::uint64_t records = 0;
    std::uint64_t keys = 0;
    std::uint64_t frames_replayed = 0;
    /// Bytes of a torn group that were cut from the end of the log; 0 after a clean stop.
    std::uint64_t cut_bytes = 0;
    std::string cut_file;
    std::uint64_t cut_offset = 0;
    /// Not empty if something was odd but harmless: a snapshot that was set aside.
    std::string warning;
    std::chrono::nanoseconds took{0};
    /// O_DIRECT | O_DSYNC; else fdatasync after each write.
    bool direct = false;
};

/// A moment's view; the numbers need not belong to the same moment.
struct Statistics {
    std::uint64_t records = 0;
    std::uint64_t keys = 0;
    std::uint64_t record_slots = 0;
    std::uint64_t key_slots = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t memory_bytes_max = 0;
    std::uint64_t ring_bytes = 0;
    std::uint64_t ring_fill = 0;
    job::Lsn durable = 0;
    std::uint64_t groups = 0;
    std::uint64_t frames = 0;
    std::uint64_t frame_bytes = 0;
    std::uint64_t written_bytes = 0;
    std::uint64_t segments = 0;
    std::uint64_t snapshots = 0;
    bool degraded = false;  ///< a flush has been under way for a second or more
    bool full = false;      ///< creates are refused
    bool failed = false;

    /// Durable writes: how many took at most `flush_bound(i)`; the last bucket has no bound.
    static constexpr std::size_t flush_buckets = 20;
    std::array<std::uint64_t, flush_buckets> flush_counts{};
    std::chrono::nanoseconds flush_total{0};
    static std::chrono::nanoseconds flush_bound(std::size_t bucket) noexcept;
};

}  // namespace belay::store
