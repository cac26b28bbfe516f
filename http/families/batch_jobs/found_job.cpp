#include "http/families/batch_jobs/found_job.hpp"

#include "http/families/batch_jobs/errors.hpp"

namespace belay::batch_jobs {

FoundJob find_job(const std::optional<store::RecordView>& record, const Owner& owner) {
    if (!record) {
        return {std::nullopt, &errors::job_not_found};
    }
    const result<batches::Job> job = batches::decode_job(record->value);
    if (!job) {
        return {std::nullopt, &v2::errors::unexpected};
    }
    if (job->tenant != owner.tenant || job->is_live != owner.is_live) {
        return {std::nullopt, &errors::job_not_found};
    }
    return {*job, nullptr};
}

const v2::ErrorKind* show_job(store::Lane& lane, const job::Uuid& id, const Owner& owner,
                              const Rendering& rendering, std::string& to) {
    const v2::ErrorKind* refusal = &errors::job_not_found;
    const WallTime now = lane.now();
    const auto show = [&](const store::RecordView& record) {
        const FoundJob found = find_job(record, owner);
        refusal = found.refusal;
        if (found.job) {
            render_job(rendering, id, *found.job, now, to);
        }
    };
    lane.read({batches::batch_kind, id}, show);
    return refusal;
}

}  // namespace belay::batch_jobs
