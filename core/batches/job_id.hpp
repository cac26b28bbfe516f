// The id of a batch job as clients see it: "batchv2_" and 26 letters and digits (contracts README
// 4). The first 22 are the job's UUID in base 62, most significant first, so ids order by time; the
// last four are a check, so that a mistyped id is not looked for.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/job/ids.hpp"

namespace belay::batches {

std::string format_job_id(const job::Uuid& id);

/// Error::malformed for anything that format_job_id does not give.
result<job::Uuid> parse_job_id(std::string_view text);

}  // namespace belay::batches
