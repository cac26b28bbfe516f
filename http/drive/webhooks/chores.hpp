// What time asks of events and dead letters: an event that nobody heard of is told to the sender, a
// dead letter whose time is over goes.
#pragma once

#include "core/work/agenda.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/housekeeper.hpp"

namespace belay::webhooks {

/// From the death of a delivery to the removal of its letter.
inline constexpr Milliseconds letter_retention = std::chrono::hours(30 * 24);

class Chores final : public http::Chores {
  public:
    /// Both outlive it.
    Chores(work::Agenda& agenda, http::EventFeed& feed) noexcept : agenda_(agenda), feed_(feed) {}

    bool is_about(job::Kind kind) const noexcept override;
    void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) override;
    void due(store::BlockingLane& lane, const job::RecordId& id) override;

  private:
    work::Agenda& agenda_;
    http::EventFeed& feed_;
};

}  // namespace belay::webhooks
