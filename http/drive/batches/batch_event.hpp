// The events of a batch job that an ask may make: v2.core.batch_job.created, .ready_for_upload,
// .validating, .validation_failed, .completed, .batch_failed, .canceled, .timeout, .upload_timeout
// when the job comes to that phase, and .updated whenever its status or its counts change
// (batches.md 8). Each is kept to be listed, whether anybody is told of it or not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/batches/job.hpp"
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

    /// Names its records: at most six.
    void name(http::Subjects& to);

    /// The transition makes `next` of the job that stood as `standing`. Puts the events that tell
    /// of it.
    void put(const store::View& view, store::Draft& draft,
             const std::optional<store::RecordView>& standing, const batches::Job& next);

    /// After the transition has become durable.
    void tell(http::EventFeed& feed) const noexcept;
};

}  // namespace belay::batch_drive
