// POST /v2/core/batch_jobs/{id}/cancel (the seed, batches.md 4.1).
#include "core/batches/decide.hpp"
#include "core/batches/job_id.hpp"
#include "http/drive/batches/batch_event.hpp"
#include "http/families/batch_jobs/errors.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/batch_jobs/found_job.hpp"
#include "http/families/batch_jobs/parse.hpp"
#include "http/families/v2/live_write.hpp"

namespace belay::batch_jobs {
namespace {

using batches::Phase;

class CancelJob final : public v2::LiveWrite {
  public:
    CancelJob(const Rendering& rendering, const Parts& parts, http::Exchange& exchange,
              const job::Uuid& id, std::string_view key, std::optional<v2::Refusal> refusal)
        : LiveWrite(exchange, id),
          rendering_(rendering),
          parts_(parts),
          owner_(Owner::of(*exchange.principal())),
          refusal_(std::move(refusal)),
          event_(batch_drive::BatchEvent::of(shard().lane, owner_.tenant, owner_.is_live, id,
                                             batches::Ask::cancel, {exchange.request_id(), key})) {
        http::Subjects subjects;
        subjects.add({batches::batch_kind, id});
        event_.name(subjects);
        set_subjects(subjects.all());
        use_request_key(key);
    }

  private:
    http::ShardContext& shard() { return exchange().shard_context<http::ShardContext>(); }

    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        became_ = Phase::absent;
        if (refusal_) {
            return render_refusal(*refusal_, body);
        }
        const std::optional<store::RecordView>& record = view.subjects[0];
        const FoundJob found = find_job(record, owner_);
        if (!found.job) {
            return refuse(*found.refusal, body);
        }
        const batches::Standing standing{object(), record->lsn, *found.job};
        const batches::Decision decision =
            batches::decide(&standing, {.ask = batches::Ask::cancel}, view.now, life());
        if (decision.verdict == job::Verdict::applied) {
            value_->clear();
            batches::encode(decision.next, *value_);
            draft.put(0, as_byte_span(*value_));
            event_.put(view, draft, record, decision.next);
            became_ = decision.next.phase;
            due_ = batches::due_at({object(), record->lsn, decision.next}, life());
            render_job(rendering_, object(), decision.next, view.now, body);
            return 200;
        }
        const Phase phase = found.job->phase;
        if (phase != Phase::cancelling && phase != Phase::canceled) {
            return refuse_cancel(phase, body);
        }
        render_job(rendering_, object(), *found.job, view.now, body);
        return 200;
    }

    int refuse_cancel(Phase phase, std::string& body) {
        const std::string message =
            "The batch job cannot be canceled: its status is " + std::string(name_of(phase)) + ".";
        render_error(errors::non_cancellable, message, {}, body);
        return errors::non_cancellable.status;
    }

    bool render_now(const job::Uuid& id, std::string& body) override {
        return show_job(shard().lane, id, owner_, rendering_, body) == nullptr;
    }

    void committed(const store::Receipt&) noexcept override {
        if (became_ == Phase::absent) {
            return;  // only the key was kept
        }
        event_.tell(shard().events);
        tell_runner();
    }

    void not_committed(const store::Receipt& receipt) noexcept override {
        if (receipt.status == store::Status::unknown && became_ != Phase::absent) {
            tell_runner();  // if it comes to be durable after all
        }
    }

    void tell_runner() noexcept {
        parts_.agenda.note({batches::batch_kind, object()}, due_, shard().lane.now());
        if (became_ == Phase::cancelling) {
            parts_.inbox.tell(object());
        }
    }

    const batches::LifeSettings& life() const noexcept { return rendering_.settings.life; }

    const Rendering rendering_;
    const Parts& parts_;
    const Owner owner_;
    const std::optional<v2::Refusal> refusal_;
    batch_drive::BatchEvent event_;
    Phase became_ = Phase::absent;  ///< what the cancel made of the job; absent: it did not move
    WallTime due_{};
    SpareText value_;
};

}  // namespace

void Family::cancel_job(http::Exchange& exchange) {
    const std::optional<v2::ApiVersion> version = v2::admit(exchange);
    if (!version) {
        return;
    }
    const v2::KeyOrRefusal key = v2::read_key(exchange.head());
    if (key.refusal) {
        v2::refuse(exchange, *key.refusal);
        return;
    }
    const result<job::Uuid> id = batches::parse_job_id(exchange.parameter("id"));
    if (!id) {
        v2::fail(exchange, errors::job_not_found);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const Rendering rendering{settings_, parts_.signer, *version};
    auto& write = exchange.emplace_state<CancelJob>(rendering, parts_, exchange, *id, key.key,
                                                    parse_cancel(exchange.body()));
    shard.lane.submit(write);
}

}  // namespace belay::batch_jobs
