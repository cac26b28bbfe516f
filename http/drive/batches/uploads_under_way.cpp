#include "http/drive/batches/uploads_under_way.hpp"

namespace belay::batch_drive {

void UploadsUnderWay::Turn::end() noexcept {
    UploadsUnderWay* const all = std::exchange(all_, nullptr);
    if (all != nullptr) {
        const std::lock_guard lock(all->mutex_);
        all->jobs_.erase(job_);
    }
}

UploadsUnderWay::Turn UploadsUnderWay::begin(const job::Uuid& job) {
    const std::lock_guard lock(mutex_);
    return {jobs_.insert(job).second ? this : nullptr, job};
}

bool UploadsUnderWay::has(const job::Uuid& job) const {
    const std::lock_guard lock(mutex_);
    return jobs_.contains(job);
}

}  // namespace belay::batch_drive
