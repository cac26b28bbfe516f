// What time asks of export jobs: to be offered to the workers, to lapse, to expire, to be removed.
#pragma once

#include <vector>

#include "core/exports/decide.hpp"
#include "core/work/ready_queue.hpp"
#include "core/world/disk.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/housekeeper.hpp"

namespace belay::http {

class ExportChores final : public Chores {
  public:
    /// Everything outlives it. Without workers, queued jobs are offered to nobody.
    ExportChores(world::Disk& disk, work::ReadyQueue& ready, work::Agenda& agenda,
                 EventFeed& events, const exports::LifeSettings& life, bool has_workers);

    bool is_about(job::Kind kind) const noexcept override;
    void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) override;
    void end_survey() override;
    void due(store::BlockingLane& lane, const job::RecordId& id) override;

  private:
    void ask(store::BlockingLane& lane, const exports::Standing& standing, exports::Ask asked);

    world::Disk& disk_;
    work::ReadyQueue& ready_;
    work::Agenda& agenda_;
    EventFeed& events_;
    const exports::LifeSettings life_;
    const bool has_workers_;
    /// Of a survey: what is to be offered, in the order of creation.
    std::vector<job::Uuid> queued_;
};

/// Removes files that no record names: what an attempt or an upload left behind that did not come
/// to its end. At a start, before anybody works. Gives how many.
result<std::size_t> remove_orphans(world::Disk& disk, store::Lane& lane);

}  // namespace belay::http
