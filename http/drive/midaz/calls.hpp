// The calls of Midaz's ledger API, byte for byte (transfers.md 3.1, 3.2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/drive/midaz/ledger_port.hpp"

namespace belay::midaz {

struct Call {
    bool is_post = false;
    /// Path and query, behind whatever path the configured URL has.
    std::string target;
    std::string body{};
    /// X-Idempotency; empty: none.
    std::string idempotency_key{};
};

/// The accounts that money goes to, apart from the customers'.
struct Accounts {
    /// Of the asset's outside world: where a transfer's amount goes.
    std::string settlement_alias = "@external/BRL";
    std::string fee_alias = "@external/BRL/fees";
};

/// How long Midaz keeps the key of a hold, in seconds (X-TTL).
inline constexpr std::string_view key_seconds = "86400";

/// The balances of the sender's account, which say its alias.
Call look_up_call(const http::LedgerOrder& order);

/// The pending transaction. Of equal orders, aliases and accounts the bytes are equal, however
/// often and by whichever process the call is made.
Call hold_call(const http::LedgerOrder& order, std::string_view sender_alias,
               const Accounts& accounts);

/// `…/commit` or `…/cancel`.
Call move_call(const http::LedgerOrder& order);

/// The transaction itself.
Call read_back_call(const http::LedgerOrder& order);

}  // namespace belay::midaz
