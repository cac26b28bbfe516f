// The ledger transaction that a confirmation makes: amount and fee go on hold at the sender, for
// whoever is to get them (transfers.md 3.6).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/ledger/transaction.hpp"
#include "core/transfers/initiation.hpp"

namespace belay::transfer_api {

/// The accounts' aliases; the recipient's of a P2P only. Views, as those of the transaction.
struct Aliases {
    std::string_view sender;
    std::string_view recipient;
};

/// Sound, if amount and fee are those of a checked initiation. `stripe`: of the accounts that
/// everybody touches, so that threads do not meet there.
ledger::Transaction hold_of(const transfers::Initiation& initiation, const Aliases& aliases,
                            std::uint8_t stripe);

}  // namespace belay::transfer_api
