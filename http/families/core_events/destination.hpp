// An event destination: an endpoint of the outbox that is of style stripe, whose it is, and how
// clients see it (batches.md 8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.hpp"
#include "core/outbox/endpoint.hpp"
#include "http/families/core_events/parse.hpp"
#include "http/families/v2/live_write.hpp"
#include "http/wire/json_writer.hpp"
#include "store/store.hpp"

namespace belay::core_events {

/// Live and test objects of an account do not see each other.
struct Owner {
    job::TenantId tenant;
    bool is_live = true;

    static Owner of(const auth::Principal& principal) noexcept {
        return {principal.tenant, principal.mode == auth::Mode::live};
    }

    job::RecordId roster() const noexcept {
        return {
            is_live ? outbox::live_destination_roster_kind : outbox::test_destination_roster_kind,
            tenant};
    }
};

namespace errors {

inline constexpr v2::ErrorKind destination_disabled{
    400, "event_destination_disabled", {}, "The event destination is disabled."};
inline constexpr v2::ErrorKind too_many_destinations{
    400,
    "event_destination_limit_exceeded",
    {},
    "An account has at most 16 event destinations. Remove one to make another."};

}  // namespace errors

/// The id in the path, if it is one of this mode's.
std::optional<job::Uuid> read_destination_id(http::Exchange& exchange, const Owner& owner);

/// The owner's destination in a record; nullopt: there is none for him.
std::optional<outbox::Endpoint> destination_in(const std::optional<store::RecordView>& record,
                                               const Owner& owner);

/// Appends the destination. Its texts that are included are shown.
void render_destination(const job::Uuid& id, const outbox::Endpoint& endpoint,
                        const Included& included, wire::JsonWriter& json);

/// Appends the owner's destination as it is durable now. False: there is none.
bool show_destination(store::Lane& lane, const job::Uuid& id, const Owner& owner,
                      const Included& included, std::string& to);

/// A write that is about a destination.
class DestinationWrite : public v2::LiveWrite {
  protected:
    DestinationWrite(http::Exchange& exchange, const job::Uuid& id, Included included)
        : LiveWrite(exchange, id), owner_(Owner::of(*exchange.principal())), included_(included) {}

    const Owner& owner() const noexcept { return owner_; }
    http::ShardContext& shard() noexcept { return exchange().shard_context<http::ShardContext>(); }

    /// Puts the endpoint and appends it as the answer.
    int put(store::Draft& draft, std::size_t subject, const outbox::Endpoint& endpoint,
            std::string& body);

    bool render_now(const job::Uuid& id, std::string& body) override;

  private:
    const Owner owner_;
    const Included included_;
    std::string value_;
};

}  // namespace belay::core_events
