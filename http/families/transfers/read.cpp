// Reading transfers: one, and lists.
#include <algorithm>

#include "http/families/transfers/family.hpp"
#include "http/families/transfers/list_walk.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/transfers/render.hpp"

namespace belay::transfer_api {

void Family::get(http::Exchange& exchange) {
    const job::TenantId& tenant = exchange.principal()->tenant;
    if (const auto refusal = check_organization(exchange.head(), tenant)) {
        refuse(exchange, *refusal);
        return;
    }
    job::Uuid id;
    if (const auto refusal = parse_path_id(exchange.parameter("transferId"), "transferId", id)) {
        refuse(exchange, *refusal);
        return;
    }
    std::string& body = exchange.scratch();
    bool found = false;
    const auto show = [&](const store::RecordView& record) {
        const auto transfer = transfers::decode_transfer(record.value);
        if (transfer && transfer->tenant == tenant && transfer->is_visible()) {
            render_transfer(id, *transfer, settings_.rules.calendar.zone(), body);
            found = true;
        }
    };
    exchange.shard_context<http::ShardContext>().lane.read({transfers::transfer_kind, id}, show);
    if (!found) {
        refuse(exchange, {&errors::transfer_not_found});
        return;
    }
    exchange.respond(200, "application/json", body);
}

void Family::list(http::Exchange& exchange) {
    if (const auto refusal = check_organization(exchange.head(), exchange.principal()->tenant)) {
        refuse(exchange, *refusal);
        return;
    }
    ListRequest request;
    if (const auto refusal = parse_list(exchange.query(), request)) {
        refuse(exchange, *refusal);
        return;
    }
    exchange.emplace_state<ListWalk>(exchange, request, settings_.rules.calendar.zone()).begin();
}

}  // namespace belay::transfer_api
