#include "tests/sim/asks.hpp"

#include "core/base/check.hpp"

namespace belay::sim {

JobAsk::JobAsk(const job::Uuid& id, const exports::Request& request,
               const exports::LifeSettings& life)
    : id_(id), request_(request), life_(life) {
    const job::RecordId subject{exports::export_job_kind, id};
    set_subjects({&subject, 1});
}

void JobAsk::decide(const store::View& view, store::Draft& draft) {
    const std::optional<store::RecordView>& record = view.subjects[0];
    exports::Standing standing;
    if (record) {
        standing = {id_, record->lsn, exports::decode_job(record->value).value()};
    }
    found_ = standing.job.phase;
    const exports::Decision decision =
        exports::decide(record ? &standing : nullptr, request_, view.now, life_);
    verdict_ = decision.verdict;
    if (!record || !job::moves(verdict_)) {
        return;
    }
    if (decision.next.phase == exports::Phase::absent) {
        draft.remove(0);
        return;
    }
    bytes_.clear();
    exports::encode(decision.next, bytes_);
    draft.put(0, as_byte_span(bytes_));
}

void JobAsk::done(const store::Receipt& receipt) noexcept {
    check(!receipt_, "an operation is done once");
    receipt_ = receipt;
}

int JobAsk::http_status() const noexcept {
    switch (receipt_->status) {
        case store::Status::committed:
            return 200;
        case store::Status::declined:
            return found_ == exports::Phase::absent ? 404 : 409;
        case store::Status::exhausted:
        case store::Status::unknown:
        case store::Status::stopped:
            break;
    }
    return 503;
}

CreateAsk::CreateAsk(const job::Uuid& id, const exports::Job& job) : id_(id), job_(job) {
    const job::RecordId subject{exports::export_job_kind, id};
    set_subjects({&subject, 1});
    set_importance(store::Importance::create);
}

void CreateAsk::decide(const store::View& view, store::Draft& draft) {
    job_.updated = view.now;
    bytes_.clear();
    exports::encode(job_, bytes_);
    draft.put(0, as_byte_span(bytes_));
}

SetAsk::SetAsk(const job::Uuid& context, const std::optional<exports::TransactionSet>& set)
    : set_(set) {
    const job::RecordId subject{exports::context_kind, context};
    set_subjects({&subject, 1});
}

void SetAsk::decide(const store::View& view, store::Draft& draft) {
    exports::Context context;
    if (const std::optional<store::RecordView>& record = view.subjects[0]) {
        context = exports::decode_context(record->value).value();
    }
    replaced_ = context.set;
    context.set = set_;
    bytes_.clear();
    exports::encode(context, bytes_);
    draft.put(0, as_byte_span(bytes_));
}

void ForgetAsk::decide(const store::View& view, store::Draft& draft) {
    if (view.remembered && view.remembered->expires <= view.now) {
        draft.forget();
    }
}

}  // namespace belay::sim
