// The id of a batch job as clients see it: "batchv2_" and 26 letters and digits (contracts README
// 4; text_id.hpp).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/batches/text_id.hpp"
#include "core/job/ids.hpp"

namespace belay::batches {

TextId job_id_text(const job::Uuid& id);
std::string format_job_id(const job::Uuid& id);

/// Error::malformed for anything that format_job_id does not give.
result<job::Uuid> parse_job_id(std::string_view text);

}  // namespace belay::batches
