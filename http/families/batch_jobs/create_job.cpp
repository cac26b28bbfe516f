// POST /v2/core/batch_jobs (batches.md 1 and 2).
#include "http/drive/batches/batch_event.hpp"
#include "http/drive/batches/creator.hpp"
#include "http/drive/batches/endpoints.hpp"
#include "http/families/batch_jobs/errors.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/batch_jobs/found_job.hpp"
#include "http/families/batch_jobs/parse.hpp"
#include "http/families/v2/live_write.hpp"

namespace belay::batch_jobs {
namespace {

class CreateJob final : public v2::LiveWrite {
  public:
    CreateJob(const Rendering& rendering, const Parts& parts, http::Exchange& exchange,
              const job::Uuid& id, std::string_view key, std::optional<v2::Refusal> refusal,
              CreateRequest request)
        : LiveWrite(exchange, id),
          rendering_(rendering),
          parts_(parts),
          owner_(Owner::of(*exchange.principal())),
          scopes_(batch_drive::scopes_text(exchange.principal()->scopes)),
          refusal_(std::move(refusal)),
          request_(std::move(request)),
          event_(batch_drive::BatchEvent::of(shard().lane, owner_.tenant, owner_.is_live, id,
                                             batches::Ask::create, {exchange.request_id(), key})) {
        http::Subjects subjects;
        subjects.add({batches::batch_kind, id});
        event_.name(subjects);
        set_subjects(subjects.all());
        set_importance(store::Importance::create);
        use_request_key(key);
    }

  private:
    http::ShardContext& shard() { return exchange().shard_context<http::ShardContext>(); }

    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (refusal_) {
            return render_refusal(*refusal_, body);
        }
        const batches::Job job = make_job(view.now);
        value_.clear();
        batches::encode(job, value_);
        draft.put(0, as_byte_span(value_));
        event_.put(view, draft, view.subjects[0], job);
        render_job(rendering_, object(), job, view.now, body);
        return 200;
    }

    batches::Job make_job(WallTime now) {
        batches::Job job;
        job.tenant = owner_.tenant;
        job.is_live = owner_.is_live;
        job.skips_validation = request_.skips_validation;
        job.suppresses_events = request_.suppresses_events;
        job.method = request_.method;
        job.rows_per_second = request_.rows_per_second;
        job.path = request_.path;
        job.metadata = request_.metadata;
        job.subject = exchange().principal()->subject;
        job.scopes = scopes_;
        job.phase = batches::Phase::ready_for_upload;
        job.upload_until = job::time_of(object()) + rendering_.settings.life.upload_window;
        job.updated = now;
        return job;
    }

    bool render_now(const job::Uuid& id, std::string& body) override {
        return show_job(shard().lane, id, owner_, rendering_, body) == nullptr;
    }

    void committed(const store::Receipt&) noexcept override {
        event_.tell(shard().events);
        note_end_of_window();
    }

    void not_committed(const store::Receipt& receipt) noexcept override {
        if (receipt.status == store::Status::unknown) {
            note_end_of_window();  // if it comes to be durable after all
        }
    }

    void note_end_of_window() noexcept {
        parts_.agenda.note({batches::batch_kind, object()},
                           job::time_of(object()) + rendering_.settings.life.upload_window,
                           shard().lane.now());
    }

    const Rendering rendering_;
    const Parts& parts_;
    const Owner owner_;
    const std::string scopes_;
    const std::optional<v2::Refusal> refusal_;
    const CreateRequest request_;
    batch_drive::BatchEvent event_;
    std::string value_;
};

/// Whether rows may be sent there, and by this caller.
std::optional<v2::Refusal> check_endpoint(const CreateRequest& request,
                                          const batch_drive::Endpoints& endpoints,
                                          const auth::Scopes& scopes) {
    const std::optional<batches::PathTemplate> path =
        request.path.size() <= batches::path_bytes_max ? batches::PathTemplate::parse(request.path)
                                                       : std::nullopt;
    const std::optional<batch_drive::Endpoints::Found> found =
        path ? endpoints.find(*path, request.method) : std::nullopt;
    if (!found) {
        return v2::Refusal{&errors::unsupported_endpoint, {}, "endpoint"};
    }
    if (!found->scope.empty() && !scopes.has(found->scope)) {
        return v2::Refusal{&errors::unauthorized_endpoint, {}, "endpoint"};
    }
    return std::nullopt;
}

}  // namespace

void Family::create_job(http::Exchange& exchange) {
    const std::optional<v2::ApiVersion> version = v2::admit(exchange);
    if (!version) {
        return;
    }
    const v2::KeyOrRefusal key = v2::read_key(exchange.head());
    if (key.refusal) {
        v2::refuse(exchange, *key.refusal);
        return;
    }
    CreateRequest request;
    std::optional<v2::Refusal> refusal = parse_create(exchange.body(), *version, request);
    if (!refusal) {
        refusal = check_endpoint(request, parts_.endpoints, exchange.principal()->scopes);
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const Rendering rendering{settings_, parts_.signer, *version};
    auto& write =
        exchange.emplace_state<CreateJob>(rendering, parts_, exchange, shard.new_id(), key.key,
                                          std::move(refusal), std::move(request));
    shard.lane.submit(write);
}

}  // namespace belay::batch_jobs
