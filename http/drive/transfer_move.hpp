// What the rail and time ask of a transfer, as an operation of the store. (What clients ask has an
// answer to be rendered and a key: http/families/transfers.)
#pragma once

#include <string>

#include "http/drive/transfer_act.hpp"
#include "store/operation.hpp"

namespace belay::http {

class TransferMove final : public store::Operation {
  public:
    class Listener {
      public:
        /// From done(); the move lives until the listener gives it up, after this call.
        virtual void moved(TransferMove& move) noexcept = 0;

      protected:
        ~Listener() = default;
    };

    struct Asked {
        job::Uuid id{};
        transfers::Ask ask = transfers::Ask::submit;
        /// The reason, or of an acceptance the control number.
        std::string text{};
        // New ids, for what the move may make.
        job::Uuid event{};
        job::Uuid transaction{};
    };

    /// Reads what the move is about; to be submitted to the same lane. `listener` outlives it, or
    /// is null. `zone` as in TransferAct. `rail`, or null, is told of a cancel.
    TransferMove(store::Lane& lane, Asked asked, transfers::Zone zone, world::Rail* rail,
                 Listener* listener);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    const job::Uuid& id() const noexcept { return asked_.id; }
    transfers::Ask ask() const noexcept { return asked_.ask; }

    bool is_done() const noexcept { return is_done_; }

    // After done().

    const store::Receipt& receipt() const noexcept { return receipt_; }
    job::Verdict verdict() const noexcept { return verdict_; }

    /// Whether the transfer has moved, durably.
    bool applied() const noexcept {
        return job::moves(verdict_) && receipt_.status == store::Status::committed;
    }

    /// Whether there is an intent, durably, that somebody has to look after.
    bool opened_intent() const noexcept {
        return act_.opened_intent() && receipt_.status == store::Status::committed;
    }

    /// phase(), fault(), event().
    const TransferAct& act() const noexcept { return act_; }

    /// Whether there is an event, durably, that act().event() names.
    bool made_event() const noexcept {
        return act_.made_event() && receipt_.status == store::Status::committed;
    }

  private:
    const Asked asked_;
    TransferAct act_;
    Listener* const listener_;
    job::Verdict verdict_ = job::Verdict::not_found;
    store::Receipt receipt_;
    bool is_done_ = false;
};

}  // namespace belay::http
