// GET /v2/core/events: newest first. A page that looked at many events of which few are asked for
// may be short, or empty, and still have a next one.
#include <optional>

#include "http/drive/batches/event_body.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/core_events/destination.hpp"
#include "http/families/core_events/family.hpp"
#include "http/families/v2/answer.hpp"

namespace belay::core_events {
namespace {

constexpr std::string_view list_path = "/v2/core/events";

void render_url(std::string_view name, const std::optional<EventPage>& page, std::size_t limit,
                wire::JsonWriter& json) {
    if (!page) {
        json.null_member(name);
        return;
    }
    std::string url(list_path);
    url += "?limit=" + std::to_string(limit) + "&page=" + format_page_token(*page);
    json.member(name, url);
}

/// Where to begin: ids order by time, so what is younger than wanted need not be looked at.
std::optional<job::Uuid> beginning_of(const EventPage& page) {
    if (!page.after.is_nil()) {
        return page.after;
    }
    if (!page.filter.until) {
        return std::nullopt;
    }
    return job::make_uuid_v7(*page.filter.until + Milliseconds(1), {});
}

}  // namespace

void Family::list_events(http::Exchange& exchange) {
    if (!v2::admit(exchange)) {
        return;
    }
    ListRequest request;
    if (const auto refusal = parse_list(exchange.query(), request)) {
        v2::refuse(exchange, *refusal);
        return;
    }
    const Owner owner = Owner::of(*exchange.principal());
    const EventPage& page = request.page;
    const EventFilter& filter = page.filter;
    wire::JsonWriter json(exchange.scratch());
    json.begin_object().name("data").begin_array();
    std::size_t shown = 0;
    std::optional<job::Uuid> last;  // the last one shown, or looked at in vain
    bool has_more = false;
    const auto show = [&](const job::Uuid& id, const store::RecordView& record) {
        if (filter.from && job::time_of(id) < *filter.from) {
            return false;
        }
        const result<batches::Event> event = batches::decode_event(record.value);
        const bool is_own =
            event && event->tenant == owner.tenant && event->is_live == owner.is_live;
        if (!is_own || !filter.takes(id, *event)) {
            return true;
        }
        if (shown == request.limit) {
            has_more = true;
            return false;
        }
        render_event(id, *event, batch_drive::EventForm::whole, json);
        ++shown;
        last = id;
        return true;
    };
    const std::uint16_t of_account =
        owner.is_live ? batches::live_events_of_account : batches::test_events_of_account;
    const job::ListId list = filter.object ? job::ListId{batches::events_of_object, *filter.object}
                                           : job::ListId{of_account, owner.tenant};
    if (!request.is_empty) {
        const auto stopped =
            exchange.shard_context<http::ShardContext>().lane.list(list, beginning_of(page), show);
        if (stopped) {
            last = stopped;
            has_more = true;
        }
    }
    json.end_array();
    render_url("next_page_url", has_more ? std::optional(page.next(*last)) : std::nullopt,
               request.limit, json);
    render_url("previous_page_url", page.previous(), request.limit, json);
    json.end_object();
    v2::respond(exchange, 200, exchange.scratch());
}

}  // namespace belay::core_events
