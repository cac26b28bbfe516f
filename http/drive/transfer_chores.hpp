// What time asks of transfers: a survey offers to the worker all that have not ended, which is how
// they go on after a start; and what stood between an initiation and its twin goes when its time is
// over.
#pragma once

#include "core/work/agenda.hpp"
#include "http/drive/housekeeper.hpp"
#include "http/drive/transfer_inbox.hpp"

namespace belay::http {

class TransferChores final : public Chores {
  public:
    /// Both outlive it.
    TransferChores(TransferInbox& inbox, work::Agenda& agenda) noexcept
        : inbox_(inbox), agenda_(agenda) {}

    bool is_about(job::Kind kind) const noexcept override;
    void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) override;
    void due(store::BlockingLane& lane, const job::RecordId& id) override;

  private:
    TransferInbox& inbox_;
    work::Agenda& agenda_;
};

}  // namespace belay::http
