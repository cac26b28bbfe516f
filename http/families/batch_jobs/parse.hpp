// What the batch family reads out of the bodies of requests, by the version of the API (batches.md
// 2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/batches/job.hpp"
#include "http/families/v2/errors.hpp"
#include "http/families/v2/version.hpp"

namespace belay::batch_jobs {

/// From this day on there is no maximum_rps.
inline constexpr Day paced_by_the_server_from =
    std::chrono::year(2026) / std::chrono::June / std::chrono::day(24);

inline constexpr std::uint16_t default_rows_per_second = 10;

struct CreateRequest {
    /// Any string: whether it is an endpoint is not looked at here.
    std::string path;
    batches::Method method = batches::Method::post;
    bool skips_validation = false;
    bool suppresses_events = false;
    /// Of versions that have it.
    std::optional<std::uint16_t> rows_per_second;
    /// A JSON object without blanks; empty if the request has none or an empty one.
    std::string metadata;
};

/// The body of a create. Only endpoint is required, on every version; null is as good as absent
/// where a parameter is optional.
std::optional<v2::Refusal> parse_create(std::string_view body, const v2::ApiVersion& version,
                                        CreateRequest& to);

/// The body of a cancel: nothing, or an object without members.
std::optional<v2::Refusal> parse_cancel(std::string_view body);

}  // namespace belay::batch_jobs
