// The ledger transactions of a TED_IN: the credit when it is completed, and the same in reverse
// when the rail takes it back.
#pragma once

#include <string_view>

#include "core/ledger/transaction.hpp"
#include "core/transfers/decide.hpp"
#include "core/transfers/transfer.hpp"

namespace belay::http {

/// `act` is inflow or revert. The recipient gets, or gives back, the amount without the fee; the
/// world outside gives, or gets back, the amount. `transaction` is the transaction's id: the
/// stripes follow from it. Sound if the fee is below the amount. The texts are views of the
/// transfer's and of `recipient_alias`.
ledger::Transaction inbound_transaction(const transfers::Transfer& transfer,
                                        transfers::MoneyAct act, std::string_view recipient_alias,
                                        const job::Uuid& transaction);

}  // namespace belay::http
