#include "store/log/tail.hpp"

#include "core/base/check.hpp"

namespace belay::store {
namespace {

using At = TailAt;
using Next = TailNext;
using Decision = TailDecision;

constexpr std::int8_t any = TailRow::any;
constexpr std::int8_t no = 0;
constexpr std::int8_t yes = 1;

constexpr std::int8_t is(At at) {
    return static_cast<std::int8_t>(at);
}
constexpr std::int8_t is(Next next) {
    return static_cast<std::int8_t>(next);
}

// clang-format off
constexpr TailRow rows[] = {
    // at x               next segment           D above  missing marks    decision
    // --- a later segment that holds frames decides alone: its header names what is durable.
    {any,                 is(Next::continues),   any,     any,    any,     Decision::go_on,
     "the segment was full, or a start went on in another one"},
    {any,                 is(Next::other_chain), any,     any,    any,     Decision::refuse_swapped,
     "a segment of another log or an old copy, or lost frames before it"},
    {is(At::broken),      is(Next::later),       any,     any,    any,     Decision::refuse_rot,
     "a damaged frame in the middle of the log"},
    {is(At::nothing),     is(Next::later),       any,     any,    any,     Decision::refuse_missing,
     "a segment between the two is gone, or a write never reached the disk"},
    {is(At::footer),      is(Next::later),       any,     any,    any,     Decision::refuse_missing,
     "a segment between the two is gone"},
    // --- this is the last segment that holds frames.
    {any,                 is(Next::none),        yes,     any,    any,     Decision::refuse_rot,
     "what was durable at x cannot be read"},
    {any,                 is(Next::none),        no,      yes,    any,     Decision::refuse_missing,
     "the log went on in a segment that is gone"},
    {any,                 is(Next::none),        no,      no,     no,      Decision::refuse_unmarked,
     "both mark slots are damaged"},
    {is(At::footer),      is(Next::none),        no,      no,     yes,     Decision::clean_end,
     "a clean stop"},
    {is(At::nothing),     is(Next::none),        no,      no,     yes,     Decision::crash_end,
     "a crash while nothing was being written, or before any of it reached the disk"},
    {is(At::broken),      is(Next::none),        no,      no,     yes,     Decision::torn,
     "a crash while a group was being written"},
};
// clang-format on

bool fits_column(std::int8_t column, std::int8_t value) noexcept {
    return column == any || column == value;
}

}  // namespace

std::span<const TailRow> tail_rows() noexcept {
    return rows;
}

bool fits(const TailRow& row, const TailSight& sight) noexcept {
    return fits_column(row.at, is(sight.at)) && fits_column(row.next, is(sight.next)) &&
           fits_column(row.named_above, sight.named_above ? yes : no) &&
           fits_column(row.names_missing, sight.names_missing ? yes : no) &&
           fits_column(row.marks_readable, sight.marks_readable ? yes : no);
}

TailDecision judge_tail(const TailSight& sight) noexcept {
    for (const TailRow& row : rows) {
        if (fits(row, sight)) {
            return row.decision;
        }
    }
    check(false, "the tail table is total");
    return Decision::refuse_rot;
}

std::string_view describe(TailDecision decision) noexcept {
    switch (decision) {
        case Decision::go_on:
            return "the log goes on in the next segment";
        case Decision::clean_end:
            return "a clean stop";
        case Decision::crash_end:
            return "a crash, nothing half written";
        case Decision::torn:
            return "a crash in the midst of a write";
        case Decision::refuse_rot:
            return "a frame that was durable is damaged";
        case Decision::refuse_missing:
            return "a segment with durable frames is missing, or a write to it was lost";
        case Decision::refuse_swapped:
            return "a segment does not follow the one before it: swapped, or an old copy";
        case Decision::refuse_unmarked:
            return "both durable-up-to marks are damaged";
    }
    return "unknown";
}

}  // namespace belay::store
