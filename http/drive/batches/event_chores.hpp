// What time asks of the events of batch jobs: after 30 days they go.
#pragma once

#include "core/work/agenda.hpp"
#include "http/drive/housekeeper.hpp"

namespace belay::batch_drive {

class EventChores final : public http::Chores {
  public:
    /// It outlives this.
    explicit EventChores(work::Agenda& agenda) noexcept : agenda_(agenda) {}

    bool is_about(job::Kind kind) const noexcept override;
    void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) override;
    void due(store::BlockingLane& lane, const job::RecordId& id) override;

  private:
    work::Agenda& agenda_;
};

}  // namespace belay::batch_drive
