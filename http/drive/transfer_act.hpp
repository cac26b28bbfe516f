// What an ask does to a transfer that exists: one operation moves the transfer, its ledger
// transaction, the balances, what was counted against limits, the guard against duplicates and the
// event (contracts README 5). The client's cancel (http/families/transfers) and the asks of the
// rail and of time (transfer_move.hpp) are this act.
//
// What goes with which ask: the hold ends with every end of an outbound transfer (settled by a
// completion, else released). An end without payment gives back what was counted against limits.
// The guard ends with a cancel only: a client that cancels may begin anew at once; a transfer that
// was refused is no reason to send the same one again within the window.
//
// Of a transfer whose money another ledger holds (core/transfers/external.hpp) an ask that moves
// money only opens the intent; the act of its resolution does all the rest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/spare_text.hpp"
#include "core/job/ids.hpp"
#include "core/job/verdict.hpp"
#include "core/transfers/decide.hpp"
#include "core/transfers/external.hpp"
#include "core/transfers/hours.hpp"
#include "core/transfers/transfer.hpp"
#include "core/transfers/usage.hpp"
#include "core/world/rail.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/ledger_act.hpp"
#include "http/drive/subjects.hpp"
#include "store/store.hpp"

namespace belay::http {

class TransferAct {
  public:
    /// `zone`: of the times that subscribers are told. `rail` is told, by decide(), that a transfer
    /// which it may have is not to be executed, before the cancel is logged; null if no rail can
    /// have it. It outlives the act.
    explicit TransferAct(transfers::Zone zone = {}, world::Rail* rail = nullptr) noexcept
        : zone_(zone), rail_(rail) {}

    /// Reads the transfer and names all records that the ask may move. False if there is no such
    /// transfer: then the operation may still name it, and finds nothing.
    /// `event` and `transaction` are new ids (the latter for an ask that makes a ledger
    /// transaction: the completion and the chargeback of a TED_IN).
    bool name(store::Lane& lane, const job::Uuid& id, transfers::Ask ask, const job::Uuid& event,
              const job::Uuid& transaction, Subjects& to);

    /// Before name(): nobody is to be told of what is asked. (What another ledger has to confirm
    /// first is told all the same.)
    void suppress_event() noexcept { suppresses_event_ = true; }

    /// Decides and, if the verdict moves the transfer, puts everything. The texts of the request
    /// outlive the call; the ask is the one that was named. Verdict::wrong_phase with a fault():
    /// the rules apply the ask, but a balance does not allow it (the recipient of a chargeback has
    /// spent the money), and nothing has moved.
    job::Verdict decide(const store::View& view, store::Draft& draft,
                        const transfers::Request& request);

    /// Before decide(), which then resolves the open intent of the ask that was named. If it is no
    /// longer open: Verdict::not_found.
    void confirm(transfers::Confirmation confirmation) noexcept { confirmation_ = confirmation; }

    /// After decide(): the transfer as it is now (moved or not), with texts that are views of the
    /// view's values or of the request: only inside the same call of Operation::decide.
    const transfers::Transfer& transfer() const noexcept { return transfer_; }

    // After decide(), also when its call has returned.

    transfers::Phase phase() const noexcept { return transfer_.phase; }
    /// The transfer's phase before the ask.
    transfers::Phase phase_before() const noexcept { return before_; }
    ledger::MoveFault fault() const noexcept { return fault_; }
    /// The ask waits for another ledger: it has been logged, and the verdict applies it, but the
    /// transfer has not moved.
    bool opened_intent() const noexcept { return opened_intent_; }
    /// Verdict::wrong_phase because an intent is open: it may be asked again soon.
    bool is_busy() const noexcept { return is_busy_; }
    bool made_event() const noexcept { return made_event_; }
    const job::Uuid& event() const noexcept { return event_.id(); }

  private:
    /// The money of the transfer: which ledger transaction, and what is asked of it.
    struct Money {
        transfers::MoneyAct act = transfers::MoneyAct::commit;
        job::Uuid transaction;
    };

    transfers::Decision decide_elsewhere(const transfers::Transfer& standing,
                                         const transfers::Request& request, WallTime now);
    void name_money(store::Lane& lane, const transfers::Transfer& transfer, transfers::Ask ask,
                    const job::Uuid& transaction, Subjects& to);
    void name_inbound_money(store::Lane& lane, const transfers::Transfer& transfer,
                            transfers::MoneyAct act, const job::Uuid& transaction, Subjects& to);
    void name_counters(const transfers::Transfer& transfer, Subjects& to);
    LedgerAct::Outcome move_money(const store::View& view, store::Draft& draft,
                                  transfers::Transfer& transfer);
    void remove_guard(const store::View& view, store::Draft& draft,
                      const transfers::Transfer& transfer);
    void refuse_of_the_rail(const store::View& view, store::Draft& draft, transfers::Ask ask);
    void tell_alone(const store::View& view, store::Draft& draft, transfers::Event event);
    void tell(const store::View& view, store::Draft& draft, transfers::Event event);

    const transfers::Zone zone_;
    world::Rail* const rail_;
    std::optional<transfers::Confirmation> confirmation_;
    job::Uuid id_;
    std::size_t subject_ = 0;
    std::optional<Money> money_;
    LedgerAct ledger_;
    std::string recipient_alias_;  ///< of an inbound transfer
    std::array<std::optional<std::size_t>, transfers::scope_count> counters_;
    std::optional<std::size_t> guard_;
    bool suppresses_event_ = false;
    EventAct event_;

    transfers::Transfer transfer_;
    transfers::Phase before_ = transfers::Phase::absent;
    ledger::MoveFault fault_ = ledger::MoveFault::none;
    bool opened_intent_ = false;
    bool is_busy_ = false;
    bool made_event_ = false;
    SpareText bytes_;  ///< of the record or event being put
};

}  // namespace belay::http
