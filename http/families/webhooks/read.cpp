// Reading webhooks: one, all of a tenant, and the last attempts at one.
#include "http/families/webhooks/family.hpp"
#include "http/families/webhooks/render.hpp"

namespace belay::webhook_api {

void Family::get(http::Exchange& exchange) {
    job::Uuid id;
    if (!admit(exchange, nullptr) || !read_id(exchange, "webhookId", id)) {
        return;
    }
    std::string& body = exchange.scratch();
    bool found = false;
    const auto show = [&](const store::RecordView& record) {
        const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(record.value);
        if (endpoint && is_webhook_of(*endpoint, exchange.principal()->tenant)) {
            wire::JsonWriter json(body);
            render_webhook(id, *endpoint, false, json);
            found = true;
        }
    };
    exchange.shard_context<http::ShardContext>().lane.read({outbox::endpoint_kind, id}, show);
    if (found) {
        exchange.respond(200, "application/json", body);
    } else {
        refuse(exchange, {&errors::webhook_not_found});
    }
}

void Family::list(http::Exchange& exchange) {
    if (!admit(exchange, nullptr)) {
        return;
    }
    wire::JsonWriter json(exchange.scratch());
    json.begin_object().name("data").begin_array();
    std::size_t count = 0;
    const auto show = [&](const job::Uuid& id, const store::RecordView& record) {
        if (const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(record.value)) {
            render_webhook(id, *endpoint, false, json);
            ++count;
        }
        return true;
    };
    const job::ListId list{outbox::endpoints_of_tenant, exchange.principal()->tenant};
    exchange.shard_context<http::ShardContext>().lane.list(list, std::nullopt, show);
    // All fit one page, always.
    json.end_array().name("pagination").begin_object();
    json.member("limit", outbox::endpoints_max).member("offset", 0U).member("returned", count);
    json.member("totalCount", count).member("hasNextPage", false).end_object().end_object();
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::list_deliveries(http::Exchange& exchange) {
    job::Uuid id;
    if (!admit(exchange, nullptr) || !read_id(exchange, "webhookId", id)) {
        return;
    }
    std::string& body = exchange.scratch();
    bool found = false;
    const auto show = [&](const store::RecordView& record) {
        const result<outbox::DeliveryLog> log = outbox::decode_delivery_log(record.value);
        if (!log || log->tenant != exchange.principal()->tenant) {
            return;
        }
        found = true;
        wire::JsonWriter json(body);
        json.begin_object().name("data").begin_array();
        for (const outbox::Attempt& attempt : log->attempts()) {
            render_attempt(attempt, json);
        }
        json.end_array().name("pagination").begin_object();
        json.member("limit", outbox::attempts_kept).member("offset", 0U);
        json.member("returned", log->count).member("totalCount", log->count);
        json.member("hasNextPage", false).end_object().end_object();
    };
    exchange.shard_context<http::ShardContext>().lane.read({outbox::delivery_log_kind, id}, show);
    if (found) {
        exchange.respond(200, "application/json", body);
    } else {
        refuse(exchange, {&errors::webhook_not_found});
    }
}

}  // namespace belay::webhook_api
