#include "http/drive/batches/endpoints.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"

namespace belay::batch_drive {
namespace {

using batches::Method;
using batches::PathTemplate;

constexpr std::string_view may_transfer = "transfers:write";
constexpr std::string_view may_export = "exports:write";
constexpr std::string_view transfer_key = "X-Idempotency";
constexpr std::string_view export_key = "X-Idempotency-Key";
constexpr Milliseconds transfer_keys_kept = std::chrono::hours(24);
constexpr Milliseconds export_keys_kept = std::chrono::hours(168);

constexpr std::array own_operations{
    OwnOperation{"/v1/transfers/:id/cancel", may_transfer, transfer_key, transfer_keys_kept},
    OwnOperation{"/v1/transfers/initiate", may_transfer, transfer_key, transfer_keys_kept},
    OwnOperation{"/v1/transfers/process", may_transfer, transfer_key, transfer_keys_kept},
    OwnOperation{"/v1/export-jobs/:id/cancel", may_export, export_key, export_keys_kept},
    OwnOperation{"/v1/contexts/:id/export-jobs", may_export, export_key, export_keys_kept},
};

struct Own {
    PathTemplate path;
    const OwnOperation* operation = nullptr;
};

/// Parsed once: each row asks.
const std::array<Own, own_operations.size()>& own_paths() {
    static const auto made = [] {
        std::array<Own, own_operations.size()> all;
        for (std::size_t at = 0; at < all.size(); ++at) {
            const std::optional<PathTemplate> path = PathTemplate::parse(own_operations[at].path);
            check(path.has_value(), "an own operation has a path");
            all[at] = {*path, &own_operations[at]};
        }
        return all;
    }();
    return made;
}

/// Takes the method off the front of an entry; POST if none is there.
Method take_method(std::string_view& text) noexcept {
    for (const auto& [name, method] :
         {std::pair(std::string_view("post "), Method::post), {"delete ", Method::del}}) {
        if (text.starts_with(name)) {
            text.remove_prefix(name.size());
            return method;
        }
    }
    return Method::post;
}

}  // namespace

const OwnOperation* find_own(const PathTemplate& path, Method method) noexcept {
    if (method != Method::post) {
        return nullptr;
    }
    for (const Own& own : own_paths()) {
        if (own.path.has_shape_of(path)) {
            return own.operation;
        }
    }
    return nullptr;
}

explained<Endpoints> Endpoints::make(const std::vector<std::string>& upstream) {
    Endpoints made;
    for (const std::string& entry : upstream) {
        std::string_view path = entry;
        const Method method = take_method(path);
        auto text = std::make_unique<const std::string>(path);
        const std::optional<PathTemplate> parsed = PathTemplate::parse(*text);
        if (!parsed) {
            return failure(Error::malformed,
                           "\"" + entry + "\" is not a path such as /v1/customers/:customer, " +
                               "with \"delete \" before it or not");
        }
        made.upstream_.push_back({std::move(text), *parsed, method});
    }
    return made;
}

std::optional<Endpoints::Found> Endpoints::find(const PathTemplate& path, Method method) const {
    if (const OwnOperation* own = find_own(path, method)) {
        return Found{Destination::in_process, own->scope};
    }
    const bool is_known =
        std::any_of(upstream_.begin(), upstream_.end(), [&](const Upstream& each) {
            return each.method == method && each.path.has_shape_of(path);
        });
    return is_known ? std::optional(Found{Destination::upstream, {}}) : std::nullopt;
}

}  // namespace belay::batch_drive
