// Whose batch job a record is, and what a caller is told who asks for it.
#pragma once

#include <optional>
#include <string>

#include "auth/principal.hpp"
#include "core/batches/job.hpp"
#include "http/families/batch_jobs/render.hpp"
#include "http/families/v2/errors.hpp"
#include "store/store.hpp"

namespace belay::batch_jobs {

/// Live and test objects of an account do not see each other.
struct Owner {
    job::TenantId tenant;
    bool is_live = true;

    static Owner of(const auth::Principal& principal) noexcept {
        return {principal.tenant, principal.mode == auth::Mode::live};
    }
};

/// A job, or why there is none for this owner.
struct FoundJob {
    std::optional<batches::Job> job;
    const v2::ErrorKind* refusal = nullptr;
};

/// The job's texts are views of the record.
FoundJob find_job(const std::optional<store::RecordView>& record, const Owner& owner);

/// Appends the owner's job as it is durable now; else nothing, and why.
const v2::ErrorKind* show_job(store::Lane& lane, const job::Uuid& id, const Owner& owner,
                              const Rendering& rendering, std::string& to);

}  // namespace belay::batch_jobs
