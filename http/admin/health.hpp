// Whether the process can do its work, in the shape of transfers.md 2.9.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"

namespace belay::admin {

enum class HealthStatus : std::uint8_t { up, degraded, down };

/// "UP".
std::string_view name_of(HealthStatus status) noexcept;

/// One thing that the process needs. `look` is thread-safe and answers at once, from what is known:
/// a probe waits for nothing.
struct HealthCheck {
    std::string name;
    /// Nothing works without it: no request should be sent here while it is not up.
    bool critical = false;
    std::function<HealthStatus()> look;
};

/// DOWN while anything critical is not up; DEGRADED while anything else is not.
HealthStatus overall(std::span<const HealthCheck> checks, std::span<const HealthStatus> seen);

/// Looks at everything; appends `{"status":…,"checks":{…},"timeoutMs":…}`; gives the overall
/// status.
HealthStatus append_health(std::span<const HealthCheck> checks, Milliseconds timeout,
                           std::string& to);

}  // namespace belay::admin
