// POST /v2/core/event_destinations (batches.md 8). The signing secret is shown by its answer, and a
// replay of it, if it was asked for; never again.
#include <array>

#include "http/drive/webhooks/secret.hpp"
#include "http/families/core_events/destination.hpp"
#include "http/families/core_events/family.hpp"

namespace belay::core_events {
namespace {

constexpr std::size_t endpoint_subject = 0;
constexpr std::size_t roster_subject = 1;

class CreateDestination final : public DestinationWrite {
  public:
    CreateDestination(http::Exchange& exchange, const job::Uuid& id, std::string_view key,
                      std::optional<v2::Refusal> refusal, DestinationRequest request)
        : DestinationWrite(exchange, id, request.included),
          refusal_(std::move(refusal)),
          request_(std::move(request)),
          secret_(webhooks::make_secret(shard().entropy)) {
        const std::array<job::RecordId, 2> subjects{job::RecordId{outbox::endpoint_kind, id},
                                                    owner().roster()};
        set_subjects(subjects);
        set_importance(store::Importance::create);
        use_request_key(key);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (refusal_) {
            return render_refusal(*refusal_, body);
        }
        metadata_.clear();
        if (const auto refusal = change_metadata({}, request_.metadata, metadata_)) {
            return render_refusal(*refusal, body);
        }
        const std::optional<store::RecordView>& record = view.subjects[roster_subject];
        outbox::Roster roster;
        if (record) {
            const result<outbox::Roster> read = outbox::decode_roster(record->value);
            if (!read) {
                return refuse(v2::errors::unexpected, body);
            }
            roster = *read;
        }
        if (roster.count >= outbox::endpoints_max) {
            return refuse(errors::too_many_destinations, body);
        }
        roster.count += 1;
        roster_.clear();
        outbox::encode(roster, roster_);
        draft.put(roster_subject, as_byte_span(roster_));
        return put(draft, endpoint_subject, make_endpoint(view.now), body);
    }

    outbox::Endpoint make_endpoint(WallTime now) const {
        outbox::Endpoint endpoint;
        endpoint.tenant = owner().tenant;
        endpoint.style = outbox::Style::stripe;
        endpoint.is_live = owner().is_live;
        endpoint.name = *request_.name;
        endpoint.url = *request_.url;
        endpoint.event_types = *request_.event_types;
        endpoint.description =
            request_.description ? std::string_view(*request_.description) : std::string_view();
        endpoint.metadata = metadata_;
        endpoint.secret = secret_;
        endpoint.updated = now;
        return endpoint;
    }

    const std::optional<v2::Refusal> refusal_;
    const DestinationRequest request_;
    const std::string secret_;
    std::string metadata_;
    std::string roster_;
};

}  // namespace

void Family::create_destination(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return;
    }
    const v2::KeyOrRefusal key = v2::read_key(exchange.head());
    if (key.refusal) {
        v2::refuse(exchange, *key.refusal);
        return;
    }
    DestinationRequest request;
    const UrlRule rule{policy_, settings_.allow_http};
    std::optional<v2::Refusal> refusal = parse_create(exchange.body(), rule, request);
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto& write = exchange.emplace_state<CreateDestination>(exchange, shard.new_id(), key.key,
                                                            std::move(refusal), std::move(request));
    shard.lane.submit(write);
}

}  // namespace belay::core_events
