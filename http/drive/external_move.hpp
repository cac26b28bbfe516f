// What another ledger has confirmed of a transfer's open intent, as an operation of the store.
#pragma once

#include "core/transfers/external.hpp"
#include "core/world/rail.hpp"
#include "http/drive/hold_act.hpp"
#include "http/drive/transfer_act.hpp"
#include "store/operation.hpp"

namespace belay::http {

class ExternalMove final : public store::Operation {
  public:
    class Listener {
      public:
        /// From done(); nothing of the move is touched after it.
        virtual void moved(ExternalMove& move) noexcept = 0;

      protected:
        ~Listener() = default;
    };

    struct Confirmed {
        job::Uuid id;
        /// The intent's.
        transfers::Ask ask = transfers::Ask::process;
        transfers::Confirmation confirmation = transfers::Confirmation::done;
        /// Of a hold that is done.
        job::Uuid transaction;
        // New ids.
        job::Uuid first_event;
        job::Uuid second_event;
    };

    /// Reads what the move is about; to be submitted to the same lane. `listener` outlives it.
    ExternalMove(store::Lane& lane, const Confirmed& confirmed, transfers::Zone zone,
                 world::Rail* rail, Listener& listener);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    const store::Receipt& receipt() const noexcept { return receipt_; }

    /// After done(), if it is committed: calls `each` with the id of every event that was made.
    template <class Each>
    void for_each_event(Each each) const {
        if (confirmed_.ask == transfers::Ask::process) {
            hold_.for_each_event(each);
        } else if (act_.made_event()) {
            each(act_.event());
        }
    }

  private:
    const Confirmed confirmed_;
    HoldAct hold_;
    TransferAct act_;
    Listener& listener_;
    store::Receipt receipt_;
};

}  // namespace belay::http
