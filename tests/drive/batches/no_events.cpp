// The runner's tests are about jobs: nobody is told of anything.
#include "http/drive/batches/batch_event.hpp"

namespace belay::batch_drive {

BatchEvent BatchEvent::of(store::Lane&, const job::TenantId&, bool, const job::Uuid&, batches::Ask,
                          const Cause&) {
    return {};
}

void BatchEvent::name(http::Subjects&) {}

void BatchEvent::put(const store::View&, store::Draft&, const std::optional<store::RecordView>&,
                     const batches::Job&) {}

void BatchEvent::tell(http::EventFeed&) const noexcept {}

}  // namespace belay::batch_drive
