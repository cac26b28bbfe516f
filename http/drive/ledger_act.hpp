// A ledger transaction's part in an operation of the store: its own record, and the balance of each
// account that it moves. Whatever else the operation moves, moves with the money or not at all.
#pragma once

#include <array>
#include <cstddef>

#include "core/job/verdict.hpp"
#include "core/ledger/account.hpp"
#include "core/ledger/transaction.hpp"
#include "http/drive/subjects.hpp"
#include "store/operation.hpp"

namespace belay::http {

class LedgerAct {
  public:
    struct Outcome {
        job::Verdict verdict = job::Verdict::not_found;
        /// If the rules apply the ask but a balance does not allow it: nothing was put.
        ledger::MoveFault fault = ledger::MoveFault::none;
        /// With a fault: the leg whose account it is about.
        std::size_t leg = 0;

        bool moved() const noexcept {
            return job::moves(verdict) && fault == ledger::MoveFault::none;
        }
    };

    /// Names the transaction's record and the balances that `ask` moves. `transaction` is a new one
    /// (post, hold; it is sound, checked) or was read from its record before: its legs never
    /// change. Of `transaction` nothing is kept but the legs' accounts, stripes, amounts and floors
    /// (an external account has none). No account stands on two legs, so no two moves meet one
    /// record.
    void name(const job::Uuid& id, const ledger::Transaction& transaction, ledger::Ask ask,
              Subjects& to);

    /// For post and hold: puts the transaction, as it was named and with the texts of
    /// `transaction`, in the phase that the ask leads to and made now; and moves the balances.
    Outcome make(const store::View& view, store::Draft& draft,
                 const ledger::Transaction& transaction);

    /// For commit and cancel: the transaction as the view shows it, and the balances.
    Outcome move(const store::View& view, store::Draft& draft);

    /// The transaction's place among the subjects.
    std::size_t subject() const noexcept { return transaction_; }

  private:
    struct Part {
        std::size_t subject = 0;
        ledger::Move move = ledger::Move::debit;
        ledger::Money amount;
        ledger::Floor floor = ledger::Floor::zero;
        std::size_t leg = 0;
    };

    bool move_balances(const store::View& view, store::Draft& draft, Outcome& outcome);

    ledger::Ask ask_ = ledger::Ask::post;
    std::size_t transaction_ = 0;
    std::array<Part, ledger::legs_max> parts_;
    std::size_t part_count_ = 0;
};

}  // namespace belay::http
