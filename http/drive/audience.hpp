// Who is to be told of the events of a tenant's job: read before the operation that makes the
// event. An endpoint that is registered or changed meanwhile counts from the next event on (it is
// configuration: design 4, the closed list of what may be stale).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/job/ids.hpp"
#include "core/outbox/endpoint.hpp"
#include "store/store.hpp"

namespace belay::http {

class Audience {
  public:
    /// Nobody.
    Audience() = default;

    /// The tenant's enabled endpoints, and which of `names`, the events that the operation may
    /// make, each of them wants. At most 16 names.
    static Audience of(store::Lane& lane, const job::TenantId& tenant,
                       std::span<const std::string_view> names);

    /// Whether anybody wants the event with this place in `names`.
    bool is_wanted(std::size_t name) const noexcept;

    /// Calls `each` with the id of every endpoint that wants it.
    template <class Each>
    void for_each(std::size_t name, Each each) const {
        for (std::size_t at = 0; at < count_; ++at) {
            if (((wanted_[at] >> name) & 1U) != 0) {
                each(endpoints_[at]);
            }
        }
    }

    bool is_empty() const noexcept { return count_ == 0; }

  private:
    std::array<job::Uuid, outbox::endpoints_max> endpoints_;
    std::array<std::uint16_t, outbox::endpoints_max> wanted_{};  ///< a bit for each name
    std::size_t count_ = 0;
};

}  // namespace belay::http
