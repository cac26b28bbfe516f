// The heart of the transfer family: what an ask does to a transfer, to the money that it holds, and
// what is told of it. No I/O and no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/job/verdict.hpp"
#include "core/transfers/transfer.hpp"

namespace belay::transfers {

/// What subscribers are told (transfers.md 2.8).
enum class Event : std::uint8_t {
    initiated,
    processing,
    rejected,
    completed,
    failed,
    cancelled,
    incoming_completed,
    incoming_chargeback,
    reconciliation_required,
};

/// "transfer.cancelled".
std::string_view name_of(Event event) noexcept;

/// All names, in the order of Event.
std::span<const std::string_view> event_names() noexcept;

/// What becomes of a transfer's money, in the same log record.
enum class MoneyAct : std::uint8_t {
    commit,   ///< outbound: the hold is settled
    release,  ///< outbound: the hold goes back to the sender
    inflow,   ///< inbound: the recipient is credited
    revert,   ///< inbound: and debited again
};

struct Request {
    Ask ask = Ask::cancel;
    /// cancel, reject, fail, chargeback.
    std::string_view reason{};
    /// accept: what the rail calls it.
    std::string_view control_number{};
};

struct Decision {
    job::Verdict verdict = job::Verdict::not_found;
    /// If the verdict moves the transfer: what it becomes. The texts stay views of the inputs'.
    Transfer next;
    std::optional<MoneyAct> money;
    std::optional<Event> event;
};

/// Decides an ask other than process and receive. `standing` is null if there is no such transfer.
/// The rail's word on a TED_OUT that has ended otherwise moves nothing, and its event is
/// reconciliation_required.
Decision decide(const Transfer* standing, const Request& request, WallTime now);

}  // namespace belay::transfers
