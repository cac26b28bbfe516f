// GET /v1/webhooks/dlq and GET /v1/transfers/webhooks/dlq (transfers.md 2.8): the members of both
// generations of the contract.
#include "http/families/webhooks/family.hpp"
#include "http/families/webhooks/parse.hpp"
#include "http/families/webhooks/render.hpp"

namespace belay::webhook_api {

void Family::list_dead_letters(http::Exchange& exchange) {
    if (!admit(exchange, nullptr)) {
        return;
    }
    PageRequest page;
    if (const std::optional<Refusal> refusal = parse_page(exchange.query(), page)) {
        refuse(exchange, *refusal);
        return;
    }
    wire::JsonWriter json(exchange.scratch());
    json.begin_object().name("messages").begin_array();
    std::size_t seen = 0;
    std::size_t returned = 0;
    bool more = false;
    const auto show = [&](const job::Uuid& id, const store::RecordView& record) {
        const result<outbox::DeadLetter> letter = outbox::decode_dead_letter(record.value);
        if (!letter) {
            return true;
        }
        if (returned == page.limit) {
            more = true;
            return false;
        }
        if (seen >= page.offset) {
            render_letter(id, *letter, json);
            ++returned;
        }
        ++seen;
        return true;
    };
    const job::ListId list{outbox::dead_letters_of_tenant, exchange.principal()->tenant};
    exchange.shard_context<http::ShardContext>().lane.list(list, std::nullopt, show);
    // While there are more, a lower bound.
    const std::size_t total = seen + (more ? 1 : 0);
    json.end_array();
    json.member("totalCount", total);
    json.member("returnedCount", returned).member("hasMore", more);
    json.member("returned", returned).member("hasNextPage", more);
    if (more) {
        json.member("warning", "pagination may be non-deterministic under concurrent access");
    }
    json.end_object();
    exchange.respond(200, "application/json", exchange.scratch());
}

}  // namespace belay::webhook_api
