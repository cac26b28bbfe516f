// Ids as clients of /v2 see them: a prefix that says of what, and 26 letters and digits. The first
// 22 are the UUID in base 62, most significant first, so ids order by time; the last four are a
// check, so that a mistyped id is not looked for.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/job/ids.hpp"

namespace belay::batches {

/// Long enough for every prefix (checked).
using TextId = FixedText<64>;
TextId text_id(std::string_view prefix, const job::Uuid& id);

/// Error::malformed for anything that format_text_id does not give with this prefix.
result<job::Uuid> parse_text_id(std::string_view prefix, std::string_view text);

/// An id that says of which mode its object is: "evt_…", "evt_test_…".
struct ModeId {
    job::Uuid id;
    bool is_live = true;

    friend bool operator==(const ModeId&, const ModeId&) = default;
};

/// `prefix` is "evt_".
std::string format_mode_id(std::string_view prefix, const ModeId& id);
result<ModeId> parse_mode_id(std::string_view prefix, std::string_view text);

}  // namespace belay::batches
