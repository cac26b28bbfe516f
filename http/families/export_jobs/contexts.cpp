// Contexts: made, listed, read.
#include "core/exports/context.hpp"
#include "http/families/export_jobs/cursor.hpp"
#include "http/families/export_jobs/export_write.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/export_jobs/render.hpp"

namespace belay::export_jobs {
namespace {

class CreateContext final : public ExchangeWrite {
  public:
    CreateContext(const Settings& settings, http::Exchange& exchange, const job::Uuid& id,
                  std::optional<Refusal> refusal, std::string name)
        : ExchangeWrite(settings, exchange),
          id_(id),
          refusal_(std::move(refusal)),
          name_(std::move(name)),
          tenant_(exchange.principal()->tenant) {
        const job::RecordId subject{exports::context_kind, id};
        set_subjects({&subject, 1});
        set_importance(store::Importance::create);
    }

    using ExportWrite::set_request_key;

  private:
    int perform(const store::View&, store::Draft& draft, std::string& body) override {
        if (refusal_) {
            return render_refusal(settings().error_style, *refusal_, body);
        }
        exports::Context context;
        context.tenant = tenant_;
        context.name = name_;
        value_.clear();
        exports::encode(context, value_);
        draft.put(0, as_byte_span(value_));
        wire::JsonWriter json(body);
        render_context(id_, context, json);
        return 201;
    }

    const job::Uuid id_;
    const std::optional<Refusal> refusal_;
    const std::string name_;
    const job::TenantId tenant_;
    std::string value_;
};

}  // namespace

void Family::create_context(http::Exchange& exchange) {
    const KeyOrRefusal key = read_key(exchange.head());
    if (key.refusal) {
        refuse(exchange, *key.refusal);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    std::string name;
    std::optional<Refusal> refusal = parse_context(exchange.body(), name);
    auto& write = exchange.emplace_state<CreateContext>(settings_, exchange, shard.new_id(),
                                                        std::move(refusal), std::move(name));
    if (!write.set_request_key(*exchange.principal(), exchange.head(), key.key,
                               http::fingerprint(shard.digest, exchange.head(), exchange.body()))) {
        fail(exchange, errors::invalid_key);
        return;
    }
    shard.lane.submit(write);
}

void Family::get_context(http::Exchange& exchange) {
    job::Uuid id;
    if (!read_id(exchange, "contextId", errors::invalid_context_id, id)) {
        return;
    }
    const job::TenantId tenant = exchange.principal()->tenant;
    std::string& body = exchange.scratch();
    bool found = false;
    const auto show = [&](const store::RecordView& record) {
        const result<exports::Context> context = exports::decode_context(record.value);
        if (context && context->tenant == tenant) {
            wire::JsonWriter json(body);
            render_context(id, *context, json);
            found = true;
        }
    };
    exchange.shard_context<http::ShardContext>().lane.read({exports::context_kind, id}, show);
    if (found) {
        exchange.respond(200, "application/json", body);
    } else {
        fail(exchange, errors::context_not_found);
    }
}

void Family::list_contexts(http::Exchange& exchange) {
    ListRequest request;
    if (const std::optional<Refusal> refusal = parse_list(exchange.query(), request)) {
        refuse(exchange, *refusal);
        return;
    }
    ListBody items(exchange.scratch());
    std::optional<job::Uuid> last;
    std::size_t count = 0;
    bool more = false;
    const auto show = [&](const job::Uuid& id, const store::RecordView& record) {
        const result<exports::Context> context = exports::decode_context(record.value);
        if (!context) {
            return true;
        }
        if (count == request.limit) {
            more = true;
            return false;
        }
        render_context(id, *context, items.item());
        last = id;
        ++count;
        return true;
    };
    const job::ListId list{exports::contexts_of_tenant, exchange.principal()->tenant};
    exchange.shard_context<http::ShardContext>().lane.list(list, request.after, show);
    items.end(more ? make_cursor(*last) : std::string(), request.limit, more);
    exchange.respond(200, "application/json", exchange.scratch());
}

}  // namespace belay::export_jobs
