// What the ledger family reads out of requests that move no money: bodies and list parameters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/job/ids.hpp"
#include "http/families/ledger/errors.hpp"

namespace belay::ledger_api {

inline constexpr std::size_t alias_bytes_max = 100;

struct AccountRequest {
    /// Empty: the account's id becomes its alias.
    std::string alias;
    std::string name;
    std::string asset;
    std::string type;
};

std::optional<Refusal> parse_account(std::string_view body, AccountRequest& to);

/// The body of a ledger's creation.
std::optional<Refusal> parse_ledger(std::string_view body, std::string& name);

/// What a list's page may have, and has if nobody says.
struct PageRule {
    std::size_t limit_default = 10;
    std::size_t limit_max = 100;
};
inline constexpr PageRule plain_page{};
/// All balances of a ledger are meant to be read as one cut.
inline constexpr PageRule balances_page{1000, 1000};

struct Page {
    std::size_t limit = 0;
    std::optional<job::Uuid> after;
};

/// limit and cursor, and no others: a client that asks for `page` would read the first for ever.
std::optional<Refusal> parse_page(std::string_view query, const PageRule& rule, Page& to);

}  // namespace belay::ledger_api
