// The bodies that move money: transactions/json, inflow and outflow (transfers.md 3.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/ledger/transaction.hpp"
#include "http/families/ledger/errors.hpp"

namespace belay::ledger_api {

enum class Form : std::uint8_t {
    json,     ///< source and destination are in the body
    inflow,   ///< from the world outside
    outflow,  ///< into the world outside
};

struct Entry {
    ledger::Side side = ledger::Side::source;
    std::string alias;
    ledger::Money amount;
};

struct TransactionRequest {
    bool pending = false;
    ledger::Money value;
    std::string asset;
    std::string description;
    std::string chart_of_accounts_group;
    std::string code;
    std::string route;
    /// A JSON object, or empty.
    std::string metadata;
    /// Sources first; at most legs_max, each above zero, no alias twice, and each side adds up to
    /// the value.
    std::vector<Entry> entries;
};

/// The first thing that is wrong, or nothing.
///
/// A share is `percentage` hundredths (of `percentageOfPercentage` hundredths, if it is there) of
/// the value: it must come out as whole minor units, or the transaction is refused with 0073; which
/// account would get the odd centavo is for the client to say, with an amount or `remaining`.
///
/// What an entry says beside its account and amount (description, chartOfAccounts, metadata) is
/// accepted and not kept.
std::optional<Refusal> parse_transaction(std::string_view body, Form form, WallTime now,
                                         TransactionRequest& to);

}  // namespace belay::ledger_api
