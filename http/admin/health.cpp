#include "http/admin/health.hpp"

#include "http/wire/json_writer.hpp"

namespace belay::admin {

std::string_view name_of(HealthStatus status) noexcept {
    switch (status) {
        case HealthStatus::up:
            return "UP";
        case HealthStatus::degraded:
            return "DEGRADED";
        case HealthStatus::down:
            return "DOWN";
    }
    return {};
}

HealthStatus overall(std::span<const HealthCheck> checks, std::span<const HealthStatus> seen) {
    HealthStatus worst = HealthStatus::up;
    for (std::size_t at = 0; at < checks.size(); ++at) {
        if (seen[at] == HealthStatus::up) {
            continue;
        }
        if (checks[at].critical) {
            return HealthStatus::down;
        }
        worst = HealthStatus::degraded;
    }
    return worst;
}

HealthStatus append_health(std::span<const HealthCheck> checks, Milliseconds timeout,
                           std::string& to) {
    std::vector<HealthStatus> seen;
    for (const HealthCheck& check : checks) {
        seen.push_back(check.look());
    }
    const HealthStatus status = overall(checks, seen);
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("status", name_of(status));
    json.name("checks").begin_object();
    for (std::size_t at = 0; at < checks.size(); ++at) {
        json.name(checks[at].name).begin_object();
        json.member("status", name_of(seen[at])).member("critical", checks[at].critical);
        json.end_object();
    }
    json.end_object();
    json.member("timeoutMs", std::int64_t{timeout.count()});
    json.end_object();
    return status;
}

}  // namespace belay::admin
