// As whom the rows of a batch are run: what of its creator a job keeps, and the caller that is made
// of it again when a row is sent.
#pragma once

#include <string>

#include "auth/principal.hpp"
#include "core/batches/job.hpp"

namespace belay::batch_drive {

/// For Job::scopes: those of belay's scopes (contracts README 6) that the creator has, separated by
/// blanks, whatever his credential says of others. A credential without a list has all but admin:
/// they are written out, so that a job can never do more than its creator could when he made it.
std::string scopes_text(const auth::Scopes& scopes);

/// The job's creator. Its scopes are exactly those that the job names.
auth::Principal creator_of(const batches::Job& job);

}  // namespace belay::batch_drive
