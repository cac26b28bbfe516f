// Which operations the rows of a batch may be (contracts README 4): belay's own, and, where an
// upstream is configured, those that the operator names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/batches/job.hpp"
#include "core/batches/path_template.hpp"

namespace belay::batch_drive {

/// Where rows go.
enum class Destination : std::uint8_t { in_process, upstream };

class Endpoints {
  public:
    struct Found {
        Destination destination = Destination::in_process;
        /// in_process: what a caller needs to use it, "transfers:write"; else empty.
        std::string_view scope;
    };

    /// `paths` are templates such as "/v1/customers/:customer"; none without an upstream. A path
    /// that is no template is refused, by its name.
    static explained<Endpoints> make(const std::vector<std::string>& upstream_paths);

    /// What a job with this path and method would be; nullopt: unsupported. The names of the places
    /// are the caller's.
    std::optional<Found> find(const batches::PathTemplate& path, batches::Method method) const;
};

}  // namespace belay::batch_drive
