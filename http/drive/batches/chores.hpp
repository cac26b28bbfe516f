// What time asks of batch jobs: the end of an upload window, to be taken up by the runner when
// nobody runs them, the removal of results and, later, of the record.
#pragma once

#include "core/batches/decide.hpp"
#include "core/work/agenda.hpp"
#include "core/world/disk.hpp"
#include "http/drive/batches/inbox.hpp"
#include "http/drive/batches/uploads_under_way.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/housekeeper.hpp"

namespace belay::batch_drive {

/// On the housekeeper's thread alone.
class Chores final : public http::Chores {
  public:
    /// Everything outlives it.
    struct Parts {
        world::Disk& disk;
        work::Agenda& agenda;
        Inbox& inbox;
        http::EventFeed& events;
        /// A window does not end while what was begun in time is on its way.
        const UploadsUnderWay& uploads;
    };

    Chores(const Parts& parts, const batches::LifeSettings& life) : parts_(parts), life_(life) {}

    bool is_about(job::Kind kind) const noexcept override;
    void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) override;
    void due(store::BlockingLane& lane, const job::RecordId& id) override;

  private:
    void ask(store::BlockingLane& lane, const job::Uuid& id, const batches::Job& job,
             batches::Ask asked);
    /// False if something of it could not be removed.
    bool remove_files(const job::Uuid& id, const batches::Job& job);
    void note(const job::Uuid& id, WallTime due, WallTime now);

    const Parts parts_;
    const batches::LifeSettings life_;
};

}  // namespace belay::batch_drive
