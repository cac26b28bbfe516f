#include "tests/sim/writes.hpp"

#include <utility>

#include "core/exports/context.hpp"
#include "http/families/export_jobs/render.hpp"
#include "http/families/export_jobs/settings.hpp"
#include "tests/sim/sets.hpp"

namespace belay::sim {

ClientWrite::ClientWrite(WriteRequest request, const job::Uuid& id,
                         const exports::LifeSettings& life)
    : http::KeyedWrite(AnswerBody::answered), request_(std::move(request)), id_(id), life_(life) {
    const job::RecordId subject{exports::export_job_kind, id_};
    set_subjects({&subject, 1});
    if (!request_.is_cancel) {
        set_importance(store::Importance::create);
    }
    if (!request_.key.empty()) {
        use_key(SpareText(request_.key), request_.fingerprint, export_jobs::key_lifetime);
    }
}

int ClientWrite::perform(const store::View& view, store::Draft& draft, std::string& body) {
    rendered_.reset();
    const int status = request_.is_cancel ? cancel(view, draft, body) : create(view, draft, body);
    if (is_kept(status)) {
        rendered_ = {status, body, view.now + export_jobs::key_lifetime};
    }
    return status;
}

int ClientWrite::create(const store::View& view, store::Draft& draft, std::string& body) {
    const exports::Job job = exports::make_job(request_.tenant, request_.subject, request_.report,
                                               request_.format, whole_month(), view.now);
    value_.clear();
    exports::encode(job, value_);
    draft.put(0, as_byte_span(value_));
    export_jobs::render_created(id_, job, body);
    return 202;
}

int ClientWrite::cancel(const store::View& view, store::Draft& draft, std::string& body) {
    found_ = exports::Phase::absent;
    const std::optional<store::RecordView>& record = view.subjects[0];
    if (!record) {
        return 404;
    }
    const exports::Job job = exports::decode_job(record->value).value();
    if (job.tenant != request_.tenant) {
        return 404;
    }
    found_ = job.phase;
    const exports::Standing standing{id_, record->lsn, job};
    const exports::Decision decision =
        exports::decide(&standing, {.ask = exports::Ask::cancel}, view.now, life_);
    if (decision.verdict != job::Verdict::applied) {
        return 409;
    }
    value_.clear();
    exports::encode(decision.next, value_);
    draft.put(0, as_byte_span(value_));
    wire::JsonWriter json(body);
    export_jobs::render_job(id_, decision.next, view.now, json);
    return 200;
}

void ClientWrite::answer(int status, http::ResponseFields fields) noexcept {
    status_ = status;
    is_replay_ = fields.size() == 1 && fields[0].name == "X-Idempotency-Replayed" &&
                 fields[0].value == "true";
}

int ClientWrite::render_key_reused(std::string&) const {
    return status_reused;
}

int ClientWrite::render_unexpected(std::string&) const {
    return 500;
}

int ClientWrite::render_unavailable(store::Status status, std::string&) const {
    is_exhausted_ = status == store::Status::exhausted;
    return 503;
}

}  // namespace belay::sim
