// Stripe-Version: which shape of the API a request means (contracts README 4).
#pragma once

#include <optional>
#include <string_view>

#include "core/base/time.hpp"
#include "http/families/v2/errors.hpp"
#include "http/wire/request_head.hpp"

namespace belay::v2 {

struct ApiVersion {
    Day day{};
    /// As it was sent, "2026-08-26.preview": what the answer names too. A view of the request.
    std::string_view text;

    /// Whether it is of this day or later.
    bool is_from(Day first) const noexcept { return day >= first; }
};

/// The version, or why there is none.
struct VersionOrRefusal {
    ApiVersion version;
    std::optional<Refusal> refusal;
};

/// Any date that there is will do: an older one than the API means its first shape, a later one its
/// last. The name behind it, 1 to 64 letters, digits, '-' and '_', says nothing.
VersionOrRefusal read_version(const wire::RequestHead& head);

}  // namespace belay::v2
