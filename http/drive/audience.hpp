// Who is to be told of the events of a tenant's job: read before the operation that makes the
// event. An endpoint that is registered or changed meanwhile counts from the next event on (it is
// configuration: design 4, the closed list of what may be stale).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/job/ids.hpp"
#include "core/outbox/endpoint.hpp"
#include "store/store.hpp"

namespace belay::http {

/// Small, and without memory of its own when nobody listens.
class Audience {
  public:
    static constexpr std::size_t names_max = 16;

    /// Nobody.
    Audience() = default;

    /// Those of the tenant's enabled webhooks that want at least one of `names`, the events that
    /// the operation may make, and which. At most names_max names.
    static Audience of(store::Lane& lane, const job::TenantId& tenant,
                       std::span<const std::string_view> names);

    /// The same of the event destinations of an account's mode.
    static Audience of_account(store::Lane& lane, const job::TenantId& tenant, bool is_live,
                               std::span<const std::string_view> names);

    /// This endpoint alone; it wants the first name.
    static Audience only(const job::Uuid& endpoint);

    /// Whether anybody wants the event with this place in `names`.
    bool is_wanted(std::size_t name) const noexcept;

    /// Calls `each` with the id of every endpoint that wants it.
    template <class Each>
    void for_each(std::size_t name, Each each) const {
        for (const Listener& listener : listeners_) {
            if (listener.wants(name)) {
                each(listener.endpoint);
            }
        }
    }

    bool is_empty() const noexcept { return listeners_.empty(); }

  private:
    struct Listener {
        job::Uuid endpoint;
        std::uint16_t wanted = 0;  ///< a bit for each name

        bool wants(std::size_t name) const noexcept { return ((wanted >> name) & 1U) != 0; }
    };

    template <class IsMeant>
    static Audience of_list(store::Lane& lane, const job::ListId& list, IsMeant is_meant,
                            std::span<const std::string_view> names);

    std::vector<Listener> listeners_;
};

}  // namespace belay::http
