// POST /v1/contexts/{contextId}/export-jobs (exports.md 1.2).
#include "core/exports/context.hpp"
#include "http/drive/export_event.hpp"
#include "http/families/export_jobs/export_write.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/export_jobs/render.hpp"

namespace belay::export_jobs {
namespace {

class CreateJob final : public ExchangeWrite {
  public:
    CreateJob(const Settings& settings, const Parts& parts, http::Exchange& exchange,
              const job::Uuid& id, const job::Uuid& context, std::optional<Refusal> refusal,
              const CreateRequest& request)
        : ExchangeWrite(settings, exchange),
          parts_(parts),
          id_(id),
          context_(context),
          refusal_(std::move(refusal)),
          request_(request),
          tenant_(exchange.principal()->tenant),
          event_(event_of(exchange, id, exports::Ask::create)) {
        http::Subjects subjects;
        subjects.add({exports::export_job_kind, id});
        event_.name(subjects);
        set_subjects(subjects.all());
        set_importance(store::Importance::create);
    }

    using ExportWrite::set_request_key;

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (refusal_) {
            return render_refusal(settings().error_style, *refusal_, body);
        }
        const exports::Job job = exports::make_job(tenant_, context_, request_.report,
                                                   request_.format, request_.filter, view.now);
        value_.clear();
        exports::encode(job, value_);
        draft.put(0, as_byte_span(value_));
        event_.put(view, draft, view.subjects[0], job);
        render_created(id_, job, body);
        return 202;
    }

    void committed(const store::Receipt&) noexcept override {
        event_.tell(exchange().shard_context<http::ShardContext>().events);
        if (settings().has_workers) {
            parts_.ready.push(id_);
        }
    }

    void not_committed(const store::Receipt& receipt) noexcept override {
        if (receipt.status == store::Status::unknown && settings().has_workers) {
            // If it comes to be durable after all, somebody has to offer it.
            const WallTime now = exchange().shard_context<http::ShardContext>().lane.now();
            parts_.agenda.note({exports::export_job_kind, id_}, now + settings().life.lease, now);
        }
    }

    const Parts& parts_;
    const job::Uuid id_;
    const job::Uuid context_;
    const std::optional<Refusal> refusal_;
    const CreateRequest request_;
    const job::TenantId tenant_;
    http::ExportEvent event_;
    std::string value_;
};

}  // namespace

void Family::create_job(http::Exchange& exchange) {
    const KeyOrRefusal key = read_key(exchange.head());
    if (key.refusal) {
        refuse(exchange, *key.refusal);
        return;
    }
    job::Uuid context;
    if (!read_id(exchange, "contextId", errors::invalid_context_id, context)) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    // A context is never removed, so that it exists may be looked up before the decision.
    CreateRequest request;
    std::optional<Refusal> refusal;
    if (!owns_context(shard.lane, exchange.principal()->tenant, context)) {
        refusal = Refusal{&errors::context_not_found, {}, {}};
    } else {
        const Day today = std::chrono::floor<std::chrono::days>(shard.lane.now());
        refusal = parse_create(exchange.body(), today, request);
    }
    auto& write = exchange.emplace_state<CreateJob>(settings_, parts_, exchange, shard.new_id(),
                                                    context, std::move(refusal), request);
    if (!write.set_request_key(*exchange.principal(), exchange.head(), key.key,
                               http::fingerprint(shard.digest, exchange.head(), exchange.body()))) {
        fail(exchange, errors::invalid_key);
        return;
    }
    shard.lane.submit(write);
}

bool owns_context(store::Lane& lane, const job::TenantId& tenant, const job::Uuid& context) {
    bool owned = false;
    const auto look = [&](const store::RecordView& record) {
        const result<exports::Context> found = exports::decode_context(record.value);
        owned = found && found->tenant == tenant;
    };
    lane.read({exports::context_kind, context}, look);
    return owned;
}

}  // namespace belay::export_jobs
