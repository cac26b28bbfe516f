// Which operations the rows of a batch may be (contracts README 4): belay's own, and, where an
// upstream is configured, those that the operator names.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/batches/job.hpp"
#include "core/batches/path_template.hpp"

namespace belay::batch_drive {

/// Where rows go.
enum class Destination : std::uint8_t { in_process, upstream };

/// What the rows of a batch may be of belay itself; all of method POST.
struct OwnOperation {
    /// The names of its places say nothing.
    std::string_view path;
    /// What a caller needs to use it, "transfers:write".
    std::string_view scope;
    /// The field that brings its key.
    std::string_view key_field;
    /// So long its key is kept (contracts README 2).
    Milliseconds keys_kept;
};

/// The operation of this shape; null if there is none.
const OwnOperation* find_own(const batches::PathTemplate& path, batches::Method method) noexcept;

/// Nothing changes after construction.
class Endpoints {
  public:
    struct Found {
        Destination destination = Destination::in_process;
        /// in_process: what a caller needs to use it, "transfers:write"; else empty.
        std::string_view scope;
    };

    /// None without an upstream. Each is a path with places, "/v1/customers/:customer", for POST,
    /// or has its method before it: "delete /v1/coupons/:coupon". What is none is refused, by its
    /// text. One of the shape of an own operation is never found: that goes in process.
    static explained<Endpoints> make(const std::vector<std::string>& upstream);

    /// What a job with this path and method would be; nullopt: unsupported. The names of the places
    /// are the caller's.
    std::optional<Found> find(const batches::PathTemplate& path, batches::Method method) const;

  private:
    struct Upstream {
        std::unique_ptr<const std::string> text;  ///< what the path views
        batches::PathTemplate path;
        batches::Method method = batches::Method::post;
    };

    std::vector<Upstream> upstream_;
};

}  // namespace belay::batch_drive
