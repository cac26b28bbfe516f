// What changes an event destination: POST …/{id}, POST …/{id}/enable and /disable, DELETE …/{id}.
#include <array>

#include "core/batches/event.hpp"
#include "http/families/core_events/destination.hpp"
#include "http/families/core_events/family.hpp"

namespace belay::core_events {
namespace {

/// What a request that names a destination comes with, if it may go on.
struct Named {
    Owner owner;
    job::Uuid id;
    std::string_view key;
};

/// nullopt: it is answered.
std::optional<Named> read_named(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return std::nullopt;
    }
    const v2::KeyOrRefusal key = v2::read_key(exchange.head());
    if (key.refusal) {
        v2::refuse(exchange, *key.refusal);
        return std::nullopt;
    }
    const Owner owner = Owner::of(*exchange.principal());
    const std::optional<job::Uuid> id = read_destination_id(exchange, owner);
    if (!id) {
        v2::fail(exchange, v2::errors::not_found);
        return std::nullopt;
    }
    return Named{owner, *id, key.key};
}

class Change final : public DestinationWrite {
  public:
    Change(http::Exchange& exchange, const Named& named, std::optional<v2::Refusal> refusal,
           DestinationRequest request)
        : DestinationWrite(exchange, named.id, request.included),
          refusal_(std::move(refusal)),
          request_(std::move(request)) {
        const job::RecordId subject{outbox::endpoint_kind, named.id};
        set_subjects({&subject, 1});
        use_request_key(named.key);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        std::optional<outbox::Endpoint> endpoint = destination_in(view.subjects[0], owner());
        if (!endpoint) {
            return refuse(v2::errors::not_found, body);
        }
        if (refusal_) {
            return render_refusal(*refusal_, body);
        }
        if (request_.metadata.is_object()) {
            metadata_.clear();
            if (const auto refusal =
                    change_metadata(endpoint->metadata, request_.metadata, metadata_)) {
                return render_refusal(*refusal, body);
            }
            endpoint->metadata = metadata_;
        }
        endpoint->name = request_.name ? *request_.name : endpoint->name;
        endpoint->description =
            request_.description ? *request_.description : endpoint->description;
        endpoint->url = request_.url ? *request_.url : endpoint->url;
        endpoint->event_types =
            request_.event_types ? *request_.event_types : endpoint->event_types;
        endpoint->updated = view.now;
        return put(draft, 0, *endpoint, body);
    }

    const std::optional<v2::Refusal> refusal_;
    const DestinationRequest request_;
    std::string metadata_;
};

/// Enables or disables. One that is so already stays as it is.
class Switch final : public DestinationWrite {
  public:
    Switch(http::Exchange& exchange, const Named& named, bool is_enabled,
           std::optional<v2::Refusal> refusal)
        : DestinationWrite(exchange, named.id, {}),
          is_enabled_(is_enabled),
          refusal_(std::move(refusal)) {
        const job::RecordId subject{outbox::endpoint_kind, named.id};
        set_subjects({&subject, 1});
        use_request_key(named.key);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        std::optional<outbox::Endpoint> endpoint = destination_in(view.subjects[0], owner());
        if (!endpoint) {
            return refuse(v2::errors::not_found, body);
        }
        if (refusal_) {
            return render_refusal(*refusal_, body);
        }
        if (endpoint->is_enabled != is_enabled_) {
            endpoint->is_enabled = is_enabled_;
            endpoint->disabled = is_enabled_ ? outbox::Disabled::no : outbox::Disabled::by_owner;
            endpoint->updated = view.now;
        }
        return put(draft, 0, *endpoint, body);
    }

    const bool is_enabled_;
    const std::optional<v2::Refusal> refusal_;
};

/// Events that wait for it are dropped by the sender, which finds nobody to send them to.
class Remove final : public DestinationWrite {
  public:
    Remove(http::Exchange& exchange, const Named& named)
        : DestinationWrite(exchange, named.id, {}) {
        const std::array<job::RecordId, 2> subjects{job::RecordId{outbox::endpoint_kind, named.id},
                                                    owner().roster()};
        set_subjects(subjects);
        use_request_key(named.key);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (!destination_in(view.subjects[0], owner())) {
            return refuse(v2::errors::not_found, body);
        }
        const std::optional<store::RecordView>& record = view.subjects[1];
        result<outbox::Roster> roster =
            record ? outbox::decode_roster(record->value) : result<outbox::Roster>(Error::corrupt);
        if (!roster || roster->count == 0) {
            return refuse(v2::errors::unexpected, body);
        }
        roster->count -= 1;
        roster_.clear();
        outbox::encode(*roster, roster_);
        draft.remove(0);
        draft.put(1, as_byte_span(roster_));
        return render_now(object(), body) ? 200 : v2::errors::unexpected.status;
    }

    /// Also of one that is gone: that is what it tells.
    bool render_now(const job::Uuid& id, std::string& body) override {
        wire::JsonWriter json(body);
        json.begin_object();
        json.member("id", batches::format_destination_id({id, owner().is_live}));
        json.member("object", "v2.core.event_destination").end_object();
        return true;
    }

    std::string roster_;
};

}  // namespace

void Family::change_destination(http::Exchange& exchange) {
    const std::optional<Named> named = read_named(exchange);
    if (!named) {
        return;
    }
    DestinationRequest request;
    const UrlRule rule{policy_, settings_.allow_http};
    std::optional<v2::Refusal> refusal = parse_change(exchange.body(), rule, request);
    auto& write =
        exchange.emplace_state<Change>(exchange, *named, std::move(refusal), std::move(request));
    exchange.shard_context<http::ShardContext>().lane.submit(write);
}

void Family::enable_destination(http::Exchange& exchange) {
    if (const std::optional<Named> named = read_named(exchange)) {
        auto& write =
            exchange.emplace_state<Switch>(exchange, *named, true, parse_nothing(exchange.body()));
        exchange.shard_context<http::ShardContext>().lane.submit(write);
    }
}

void Family::disable_destination(http::Exchange& exchange) {
    if (const std::optional<Named> named = read_named(exchange)) {
        auto& write =
            exchange.emplace_state<Switch>(exchange, *named, false, parse_nothing(exchange.body()));
        exchange.shard_context<http::ShardContext>().lane.submit(write);
    }
}

void Family::remove_destination(http::Exchange& exchange) {
    if (const std::optional<Named> named = read_named(exchange)) {
        auto& write = exchange.emplace_state<Remove>(exchange, *named);
        exchange.shard_context<http::ShardContext>().lane.submit(write);
    }
}

}  // namespace belay::core_events
