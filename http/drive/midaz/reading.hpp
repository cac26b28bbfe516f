// What an answer of Midaz says, and what it means for what was asked (transfers.md 3.1 to 3.6).
//
// No answer is ever taken for a no: a call that was not answered, or answered by 5xx, may have been
// carried out, and only asking again finds out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/phase.hpp"
#include "http/drive/midaz/ledger_port.hpp"

namespace belay::midaz {

using http::LedgerDeed;

/// What came of a call. `status` is 0 if there was no whole answer: no connection, no answer in
/// time, a connection that ended within it.
struct Answer {
    int status = 0;
    std::string_view body{};
    /// Retry-After, if it came and was a number.
    std::optional<Milliseconds> retry_after{};
};

/// The parts of an answer that count.
struct Reading {
    int status = 0;
    /// Of an error: "0099". Both error bodies, v3's and v4's, have it in the same place.
    std::string code{};
    /// Of a transaction.
    std::optional<job::Uuid> id{};
    ledger::Phase phase = ledger::Phase::absent;
    /// Of a page of balances: the alias of the account that they are of.
    std::string alias{};
};

Reading read(const Answer& answer);

enum class Judgement : std::uint8_t {
    done,
    insufficient_funds,
    refused,
    other_won,
    busy,        ///< nothing was done, and asking later may succeed
    unknown,     ///< perhaps it was done
    read_back,   ///< what the transaction says of itself decides
    still_open,  ///< read back: neither committed nor released
    missing,     ///< there is no such transaction, or not yet: some answers are older than others
};

/// The answer to a look at an account's balances: done, refused, busy or unknown.
Judgement judge_look_up(const Reading& reading) noexcept;

/// The answer to the making of a pending transaction.
Judgement judge_hold(const Reading& reading) noexcept;

/// The answer to a commit or a cancel, as `deed` says.
Judgement judge_move(LedgerDeed deed, const Reading& reading) noexcept;

/// The answer to a look at the transaction after such a call.
Judgement judge_read_back(LedgerDeed deed, const Reading& reading) noexcept;

/// Whether the server is at fault, or the way to it: what the breaker counts.
bool is_failure(int status) noexcept;

}  // namespace belay::midaz
