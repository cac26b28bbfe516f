// The event of an export job that an ask may make: export_job.created, .succeeded, .failed,
// .expired, .canceled, each when the job comes to that phase.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/exports/job.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/event_feed.hpp"

namespace belay::http {

class ExportEvent {
  public:
    /// None.
    ExportEvent() = default;

    /// Of what `ask` may do to the tenant's job. Takes no memory if nobody listens.
    static ExportEvent of(store::Lane& lane, const job::TenantId& tenant, const job::Uuid& job,
                          exports::Ask ask);

    /// Names its record, if there is anybody to be told.
    void name(Subjects& to);

    /// The transition makes `next` of the job that stood as `standing`. Puts the event, if that is
    /// what it tells of.
    void put(const store::View& view, store::Draft& draft,
             const std::optional<store::RecordView>& standing, const exports::Job& next);

    /// After the transition has become durable.
    void tell(EventFeed& feed) const noexcept;

  private:
    job::Uuid job_;
    std::string_view name_;  ///< empty if no event is wanted
    exports::Phase phase_ = exports::Phase::absent;
    Audience audience_;
    EventAct act_;
    bool made_ = false;
    std::string body_;
};

/// All names that an export's event may have.
std::span<const std::string_view> export_event_names() noexcept;

}  // namespace belay::http
