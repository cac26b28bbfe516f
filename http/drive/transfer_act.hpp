// What an ask does to a transfer that exists: one operation moves the transfer, its ledger
// transaction, the balances, what was counted against limits, the guard against duplicates and the
// event (contracts README 5). The client's cancel (http/families/transfers) and the asks of the rail
// and of time (transfer_move.hpp) are this act.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "core/job/ids.hpp"
#include "core/job/verdict.hpp"
#include "core/transfers/decide.hpp"
#include "core/transfers/transfer.hpp"
#include "core/transfers/usage.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/ledger_act.hpp"
#include "http/drive/subjects.hpp"
#include "store/store.hpp"

namespace belay::http {

class TransferAct {
  public:
    /// Reads the transfer and names all records that the ask may move. False if there is no such
    /// transfer: then the operation may still name it, and finds nothing.
    /// `event` and `transaction` are new ids (the latter for an ask that makes a ledger
    /// transaction: the completion and the chargeback of a TED_IN).
    bool name(store::Lane& lane, const job::Uuid& id, transfers::Ask ask, const job::Uuid& event,
              const job::Uuid& transaction, Subjects& to);

    /// Decides and, if the verdict moves the transfer, puts everything. The texts of the request
    /// outlive the call.
    job::Verdict decide(const store::View& view, store::Draft& draft,
                        const transfers::Request& request);

    /// After decide(): the transfer as it is now (moved or not), with texts that are views of the
    /// view's values or of the request: only inside the same call of Operation::decide.
    const transfers::Transfer& transfer() const noexcept { return transfer_; }

    /// Fields that outlive the call.
    transfers::Phase phase() const noexcept { return transfer_.phase; }
    bool made_event() const noexcept { return made_event_; }
    const job::Uuid& event() const noexcept { return event_.id(); }

  private:
    transfers::Transfer transfer_;
    LedgerAct ledger_;
    EventAct event_;
    bool made_event_ = false;
};

}  // namespace belay::http
