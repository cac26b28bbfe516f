#include "store/log/recover.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "store/log/recovered_tail.hpp"

namespace belay::store {
namespace {

/// What a start does with a frame, by its type.
enum class Treatment { apply, skip, refuse };

Treatment treatment_of(std::uint8_t type) noexcept {
    if (type == static_cast<std::uint8_t>(FrameType::transition)) {
        return Treatment::apply;
    }
    return (type & frame_type_ignorable) != 0 ? Treatment::skip : Treatment::refuse;
}

bool is_footer(const LogFrame& frame) noexcept {
    return frame.header.type == static_cast<std::uint8_t>(FrameType::footer);
}

TailNext next_of(const Inventory& inventory, std::size_t index, const FramePlace& expected) {
    if (index + 1 == inventory.segments.size()) {
        return TailNext::none;
    }
    const SegmentHeader& next = inventory.segments[index + 1].header;
    if (next.base_lsn > expected.lsn) {
        return TailNext::later;
    }
    return next.base_lsn == expected.lsn && next.chain == expected.chain ? TailNext::continues
                                                                         : TailNext::other_chain;
}

/// Has a prepared segment that was to follow the last one in use lost its predecessor?
bool names_missing_predecessor(const Inventory& inventory) {
    const std::uint64_t last =
        inventory.segments.empty() ? 0 : inventory.segments.back().header.number;
    const auto newest_void = inventory.voided.empty() ? 0 : inventory.voided.back().number;
    return std::any_of(
        inventory.prepared.begin(), inventory.prepared.end(), [&](const SegmentHeader& prepared) {
            return prepared.number > std::max(last, newest_void) && prepared.previous != last;
        });
}

}  // namespace

LogRecovery::LogRecovery(world::Disk& disk, std::string data_directory, Reading reading,
                         Inventory inventory)
    : disk_(&disk),
      data_directory_(std::move(data_directory)),
      reading_(reading),
      inventory_(std::move(inventory)) {}

explained<LogRecovery> LogRecovery::begin(world::Disk& disk, std::string data_directory,
                                          Reading reading) {
    auto inventory = take_inventory(disk, data_directory);
    if (inventory.has_error()) {
        return inventory.error();
    }
    LogRecovery recovery(disk, std::move(data_directory), reading, std::move(*inventory));
    if (auto checked = recovery.check_prepared(); checked.has_error()) {
        return checked.error();
    }
    return recovery;
}

bool LogRecovery::covers(Lsn start) const noexcept {
    return inventory_.covers(start);
}

Failure LogRecovery::refusal(boost::system::error_code code, std::uint64_t segment,
                             std::uint64_t offset, Lsn lsn, std::string_view what) const {
    return failure(code, segment_path(segment) + " at offset " + std::to_string(offset) + " (LSN " +
                             std::to_string(lsn) + "): " + std::string(what) +
                             "; see `belay log dump " + data_directory_ + "`");
}

explained<void> LogRecovery::check_prepared() {
    for (const SegmentHeader& prepared : inventory_.prepared) {
        auto reader = SegmentReader::open(*disk_, prepared);
        if (reader.has_error()) {
            return reader.error();
        }
        const auto holds = reader->holds_first_frame();
        if (holds.has_error()) {
            return holds.error();
        }
        if (*holds) {
            return refusal(make_error_code(Error::corrupt), prepared.number, segment_data_offset, 0,
                           "holds frames, but its header says that it was never entered: a write "
                           "to the header was lost");
        }
    }
    return {};
}

explained<ReplaySummary> LogRecovery::replay(Lsn start, Lsn named_durable, LogApply apply) {
    check(!replayed_, "a recovery replays once");
    named_lsn_ = std::max(start == first_lsn ? 0 : start, named_durable);
    if (!covers(start)) {
        return failure(make_error_code(Error::corrupt),
                       "log: the frames from LSN " + std::to_string(start) +
                           " on are not there, segments are missing; see `belay log dump " +
                           data_directory_ + "`");
    }
    for (const LogSegment& segment : inventory_.segments) {
        named_lsn_ = std::max(named_lsn_, segment.header.durable_lsn);
    }
    std::size_t index = 0;
    while (index + 1 < inventory_.segments.size() &&
           inventory_.segments[index + 1].header.base_lsn <= start) {
        ++index;
    }
    for (; index < inventory_.segments.size(); ++index) {
        const auto decision = replay_segment(index, start, apply);
        if (decision.has_error()) {
            return decision.error();
        }
        summary_.tail = *decision;
    }
    replayed_ = true;
    return summary_;
}

explained<TailDecision> LogRecovery::replay_segment(std::size_t index, Lsn start, LogApply apply) {
    const LogSegment& segment = inventory_.segments[index];
    auto reader = SegmentReader::open(*disk_, segment.header, reading_);
    if (reader.has_error()) {
        return reader.error();
    }
    bool footer = false;
    while (!footer && reader->expected().lsn < segment.limit_lsn) {
        const auto frame = reader->next();
        if (frame.has_error()) {
            return frame.error();
        }
        if (!*frame) {
            break;
        }
        footer = is_footer(**frame);
        if (footer) {
            continue;
        }
        if (auto applied = replay_frame(segment, **frame, start, apply); applied.has_error()) {
            return applied.error();
        }
    }
    return judge(*reader, index, footer);
}

explained<void> LogRecovery::replay_frame(const LogSegment& segment, const LogFrame& frame,
                                          Lsn start, LogApply apply) {
    const FrameHeader& header = frame.header;
    const Treatment treatment = treatment_of(header.type);
    if (treatment == Treatment::refuse) {
        return refusal(make_error_code(Error::newer_format), segment.header.number, frame.offset,
                       header.lsn,
                       "a frame of type " + std::to_string(header.type) +
                           ", which this version does not know");
    }
    if (treatment == Treatment::skip) {
        return {};
    }
    // Sound by its checksums, so not rot: a newer program wrote facts that this one does not know.
    if (!is_valid_body(frame.body())) {
        return refusal(make_error_code(Error::newer_format), segment.header.number, frame.offset,
                       header.lsn, "a fact that this version does not know");
    }
    ReplayedFrame replayed{.lsn = header.lsn,
                           .end_lsn = header.lsn + header.length,
                           .time = {},
                           .facts = FactReader(frame.body())};
    replayed.time = replayed.facts.time();
    summary_.time_max = std::max(summary_.time_max, replayed.time);
    if (header.lsn < start) {
        return {};
    }
    ++summary_.frames;
    return apply(replayed);
}

explained<TailDecision> LogRecovery::judge(SegmentReader& reader, std::size_t index, bool footer) {
    const FramePlace expected = reader.expected();
    TailSight sight{.next = next_of(inventory_, index, expected)};
    summary_.next_lsn = expected.lsn;
    if (sight.next == TailNext::continues) {
        return judge_tail(sight);
    }
    const auto marks = reader.read_marks();
    if (marks.has_error()) {
        return marks.error();
    }
    // Nothing is ever written behind a footer, so a clean start reads no further.
    const explained<TailScan> scan = footer ? TailScan{} : reader.scan_tail();
    if (scan.has_error()) {
        return scan.error();
    }
    sight.at = footer ? TailAt::footer : scan->any ? TailAt::broken : TailAt::nothing;
    sight.marks_readable = marks->newest.has_value();
    sight.names_missing = (marks->newest && marks->newest->next_segment != 0) ||
                          names_missing_predecessor(inventory_);
    const Lsn marked = marks->newest ? marks->newest->durable_lsn : 0;
    named_lsn_ = std::max({named_lsn_, marked, scan->named_durable_lsn});
    sight.named_above = named_lsn_ > expected.lsn;
    const TailDecision decision = judge_tail(sight);
    if (is_refusal(decision)) {
        return refusal(make_error_code(Error::corrupt), expected.segment, expected.offset,
                       expected.lsn, describe(decision));
    }
    // Every D that was read is at most x here, and each but the caller's is the end of a frame.
    durable_lsn_ = std::max({first_lsn, reader.named_durable_lsn(), marked});
    if (decision == TailDecision::torn) {
        summary_.cut_file = segment_path(expected.segment);
        summary_.cut_offset = expected.offset;
        summary_.cut_bytes = scan->end_offset - expected.offset;
    }
    return decision;
}

explained<RecoveredLog> LogRecovery::finish(world::Entropy& entropy, const LogOptions& options) {
    check(replayed_, "a log is judged before anything is written to it");
    return write_recovered_tail(*disk_, entropy, options, inventory_,
                                {.end_lsn = summary_.next_lsn, .durable_lsn = durable_lsn_},
                                reading_);
}

}  // namespace belay::store
