// POST /v1/export-jobs/{jobId}/cancel: the act that belay exists for (the seed, exports.md 1.6).
#include <array>

#include "http/drive/export_event.hpp"
#include "http/families/export_jobs/export_write.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/export_jobs/render.hpp"

namespace belay::export_jobs {
namespace {

class CancelJob final : public ExchangeWrite {
  public:
    CancelJob(const Settings& settings, const Parts& parts, http::Exchange& exchange,
              const job::Uuid& id)
        : ExchangeWrite(settings, exchange),
          parts_(parts),
          tenant_(exchange.principal()->tenant),
          event_(event_of(exchange, id, exports::Ask::cancel)) {
        standing_.id = id;
        http::Subjects subjects;
        subjects.add({exports::export_job_kind, id});
        event_.name(subjects);
        set_subjects(subjects.all());
    }

    using ExportWrite::set_request_key;

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        const std::optional<store::RecordView>& record = view.subjects[0];
        if (!record) {
            return refuse(errors::job_not_found, body);
        }
        const result<exports::Job> job = exports::decode_job(record->value);
        if (!job) {
            return refuse(errors::unexpected, body);
        }
        if (job->tenant != tenant_) {
            return refuse(errors::job_not_found, body);
        }
        const exports::Standing standing{standing_.id, record->lsn, *job};
        const exports::Decision decision =
            exports::decide(&standing, {.ask = exports::Ask::cancel}, view.now, settings().life);
        if (decision.verdict != job::Verdict::applied) {
            const ErrorKind& kind = error_of_cancel(decision.verdict);
            const std::array details{Detail{"status", name_of(job->phase)}};
            render_error(settings().error_style, kind, {}, details, body);
            return kind.status;
        }
        value_->clear();
        exports::encode(decision.next, *value_);
        draft.put(0, as_byte_span(*value_));
        event_.put(view, draft, record, decision.next);
        standing_.job = decision.next;
        standing_.job.error = {};
        wire::JsonWriter json(body);
        render_job(standing_.id, decision.next, view.now, json);
        return 200;
    }

    void committed(const store::Receipt&) noexcept override {
        auto& shard = exchange().shard_context<http::ShardContext>();
        event_.tell(shard.events);
        parts_.agenda.note({exports::export_job_kind, standing_.id},
                           exports::due_at(standing_, settings().life), shard.lane.now());
    }

    const Parts& parts_;
    const job::TenantId tenant_;
    exports::Standing standing_;
    http::ExportEvent event_;
    SpareText value_;
};

}  // namespace

void Family::cancel_job(http::Exchange& exchange) {
    const KeyOrRefusal key = read_key(exchange.head());
    if (key.refusal) {
        refuse(exchange, *key.refusal);
        return;
    }
    job::Uuid id;
    if (!read_id(exchange, "jobId", errors::invalid_job_id, id)) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto& write = exchange.emplace_state<CancelJob>(settings_, parts_, exchange, id);
    if (!key.key.empty() &&
        !write.set_request_key(
            *exchange.principal(), exchange.head(), key.key,
            http::fingerprint_in_scope(shard.digest, exchange.head(), exchange.body()))) {
        fail(exchange, errors::invalid_key);
        return;
    }
    shard.lane.submit(write);
}

}  // namespace belay::export_jobs
