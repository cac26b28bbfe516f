// Where a list goes on: base64 of {"t":"<RFC 3339>","i":"<uuid>"} (exports.md 1.4).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/job/ids.hpp"

namespace belay::export_jobs {

/// The cursor that continues after the record with this id.
std::string make_cursor(const job::Uuid& last);

/// The id in a cursor. The time is in the id too; a cursor whose parts disagree is malformed.
result<job::Uuid> read_cursor(std::string_view cursor);

}  // namespace belay::export_jobs
