// What the end of the log may look like, and what a start does about it (store/FORMAT.md 6).
//
// The reader follows the log from frame to frame until, at some LSN x, there is none. This table
// says what that means. It is a total function: tests walk every input and find exactly one row for
// each.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace belay::store {

/// What lies where the frame at x should be.
enum class TailAt : std::uint8_t {
    nothing,  ///< nothing there or behind it was ever written to this segment
    broken,   ///< something of this segment is there or behind it, and is not the frame at x
    footer,   ///< the footer of a clean stop
};

/// The segment that comes after the one where reading stopped.
enum class TailNext : std::uint8_t {
    none,         ///< there is none that holds frames
    continues,    ///< it starts at x, with the right chain
    later,        ///< it starts above x
    other_chain,  ///< it starts at x, but after another frame than the one read last
};

struct TailSight {
    TailAt at = TailAt::nothing;
    TailNext next = TailNext::none;
    /// A mark, a footer, a segment header, a snapshot or any sound frame names a D above x.
    bool named_above = false;
    /// A mark says that the log went on in a segment that is not there, or a prepared segment says
    /// that it followed one that is not there.
    bool names_missing = false;
    /// At least one of the two mark slots can be read.
    bool marks_readable = true;
};

enum class TailDecision : std::uint8_t {
    go_on,            ///< read on in the next segment
    clean_end,        ///< the end; a footer says so
    crash_end,        ///< the end; a crash came while nothing was being written
    torn,             ///< an unacknowledged group is half written: cut everything from x on
    refuse_rot,       ///< what was durable at x is damaged
    refuse_missing,   ///< a segment with durable frames is not there
    refuse_swapped,   ///< a segment does not belong to this log, or is an old copy
    refuse_unmarked,  ///< both marks are unreadable: torn and rotten cannot be told apart
};

/// One row: fits a sight if every column that is not `any` does.
struct TailRow {
    static constexpr std::int8_t any = -1;
    std::int8_t at;
    std::int8_t next;
    std::int8_t named_above;
    std::int8_t names_missing;
    std::int8_t marks_readable;
    TailDecision decision;
    std::string_view cause;
};

/// The table itself; for the test and for the documentation.
std::span<const TailRow> tail_rows() noexcept;

bool fits(const TailRow& row, const TailSight& sight) noexcept;

/// The decision of the one row that fits.
TailDecision judge_tail(const TailSight& sight) noexcept;

constexpr bool is_refusal(TailDecision decision) noexcept {
    return decision >= TailDecision::refuse_rot;
}

std::string_view describe(TailDecision decision) noexcept;

}  // namespace belay::store
