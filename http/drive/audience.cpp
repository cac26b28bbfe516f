#include "http/drive/audience.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::http {

template <class IsMeant>
Audience Audience::of_list(store::Lane& lane, const job::ListId& list, IsMeant is_meant,
                           std::span<const std::string_view> names) {
    check(names.size() <= names_max, "an operation makes one of at most so many events");
    Audience audience;
    const auto look = [&](const job::Uuid& id, const store::RecordView& record) {
        const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(record.value);
        if (!endpoint || !is_meant(*endpoint)) {
            return true;
        }
        std::uint16_t wanted = 0;
        for (std::size_t name = 0; name < names.size(); ++name) {
            if (outbox::wants(*endpoint, names[name])) {
                wanted = static_cast<std::uint16_t>(wanted | (1U << name));
            }
        }
        if (wanted != 0) {
            audience.listeners_.push_back({id, wanted});
        }
        return audience.listeners_.size() < outbox::endpoints_max;
    };
    lane.list(list, std::nullopt, look);
    return audience;
}

Audience Audience::of(store::Lane& lane, const job::TenantId& tenant,
                      std::span<const std::string_view> names) {
    const auto any = [](const outbox::Endpoint&) { return true; };
    return of_list(lane, {outbox::endpoints_of_tenant, tenant}, any, names);
}

Audience Audience::of_account(store::Lane& lane, const job::TenantId& tenant, bool is_live,
                              std::span<const std::string_view> names) {
    const auto is_of_mode = [is_live](const outbox::Endpoint& endpoint) {
        return endpoint.is_live == is_live;
    };
    return of_list(lane, {outbox::destinations_of_tenant, tenant}, is_of_mode, names);
}

Audience Audience::only(const job::Uuid& endpoint) {
    Audience audience;
    audience.listeners_.push_back({endpoint, 1});
    return audience;
}

bool Audience::is_wanted(std::size_t name) const noexcept {
    return std::any_of(listeners_.begin(), listeners_.end(),
                       [name](const Listener& listener) { return listener.wants(name); });
}

}  // namespace belay::http
