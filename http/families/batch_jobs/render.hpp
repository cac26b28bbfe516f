// The batch job as clients see it (batches.md 3): one shape for create, retrieve and cancel, by the
// version of the API that the request names, not the one that the job was made with.
#pragma once

#include <string>

#include "core/batches/job.hpp"
#include "http/families/batch_jobs/settings.hpp"
#include "http/families/v2/version.hpp"

namespace belay::batch_jobs {

/// What a rendering needs besides the job.
struct Rendering {
    const Settings& settings;
    const auth::UrlSigner& signer;
    v2::ApiVersion version;
};

/// Appends the job as it stands at `now`, with new URLs for its files.
void render_job(const Rendering& rendering, const job::Uuid& id, const batches::Job& job,
                WallTime now, std::string& to);

}  // namespace belay::batch_jobs
