// The events of a batch job that an ask may make: v2.core.batch_job.created, .ready_for_upload,
// .validating, .validation_failed, .completed, .batch_failed, .canceled, .timeout, .upload_timeout
// when the job comes to that phase, and .updated whenever its status changes or, once a second at
// most, its counts (batches.md 8; core/batches/event.hpp). Each is kept to be listed, whether
// anybody is told of it or not.
//
// An event's id is made before its transition is decided: of the time, the job, the version that
// the transition would make of the job as it is durable now, and the type. No two transitions of a
// job give the same: its runner asks one thing after the other, and of the other asks each moves a
// job once.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/spare_text.hpp"
#include "core/batches/event.hpp"
#include "core/batches/job.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/subjects.hpp"
#include "store/operation.hpp"
#include "store/store.hpp"

namespace belay::batch_drive {

/// The request that made the transition, for the event's `reason`. Views; empty: no request did.
struct Cause {
    std::string_view request_id;
    std::string_view idempotency_key;
};

class BatchEvent {
  public:
    /// None.
    BatchEvent() = default;

    /// Of what `ask` may do to the account's job. What `cause` views is copied.
    static BatchEvent of(store::Lane& lane, const job::TenantId& tenant, bool is_live,
                         const job::Uuid& job, batches::Ask ask, const Cause& cause = {});

    /// Names its records: at most four.
    void name(http::Subjects& to);

    /// The transition makes `next` of the job that stood as `standing`. Puts the events that tell
    /// of it.
    void put(const store::View& view, store::Draft& draft,
             const std::optional<store::RecordView>& standing, const batches::Job& next);

    /// After the transition has become durable.
    void tell(http::EventFeed& feed) const noexcept;

  private:
    struct Part {
        job::Uuid id;
        std::size_t subject = 0;
        http::EventAct act;
        bool is_put = false;  ///< for somebody to be told of
    };

    void put_one(std::size_t place, const store::View& view, store::Draft& draft,
                 std::uint64_t version, const batches::Job& next);

    job::TenantId tenant_;
    bool is_live_ = true;
    job::Uuid job_;
    batches::EventsMade possible_;
    std::optional<batches::LastEvent> last_;
    SpareText request_id_;
    SpareText key_;
    http::Audience audience_;
    std::array<Part, 2> parts_;
    SpareText bytes_;
};

}  // namespace belay::batch_drive
