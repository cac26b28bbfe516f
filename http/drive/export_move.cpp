#include "http/drive/export_move.hpp"

#include <utility>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

constexpr std::size_t job_subject = 0;
constexpr std::size_t context_subject = 1;

}  // namespace

ExportMove::ExportMove(const job::Uuid& id, const exports::Request& request,
                       const exports::LifeSettings& settings, ExportEvent event,
                       const std::optional<job::Uuid>& context)
    : id_(id),
      request_(request),
      settings_(settings),
      event_(std::move(event)),
      has_context_(context.has_value()) {
    Subjects subjects;
    subjects.add({exports::export_job_kind, id});
    if (context) {
        subjects.add({exports::context_kind, *context});
    }
    event_.name(subjects);
    set_subjects(subjects.all());
}

void ExportMove::decide(const store::View& view, store::Draft& draft) {
    set_.reset();
    const std::optional<store::RecordView>& record = view.subjects[job_subject];
    exports::Standing standing;
    if (record) {
        const result<exports::Job> read = exports::decode_job(record->value);
        if (!read) {
            verdict_ = job::Verdict::not_found;  // nobody can do anything with it
            return;
        }
        standing = {id_, record->lsn, *read};
    }
    const exports::Decision decision =
        exports::decide(record ? &standing : nullptr, request_, view.now, settings_);
    verdict_ = decision.verdict;
    if (!job::moves(verdict_)) {
        return;
    }
    if (decision.next.phase == exports::Phase::absent) {
        draft.remove(job_subject);
    } else {
        bytes_.clear();
        exports::encode(decision.next, bytes_);
        draft.put(job_subject, as_byte_span(bytes_));
    }
    event_.put(view, draft, record, decision.next);
    if (has_context_) {
        take_set(view, draft);
    }
    before_ = standing.job;
    before_.error = {};
    next_ = decision.next;
    next_.error = {};
}

/// The claim sees the context's set as it is in the log right before it: by moving the context to
/// an equal version it makes an upload that comes in between a lost swap.
void ExportMove::take_set(const store::View& view, store::Draft& draft) {
    const std::optional<store::RecordView>& record = view.subjects[context_subject];
    check(record.has_value(), "a job's context exists: contexts are never removed");
    const result<exports::Context> context = exports::decode_context(record->value);
    check(context.has_value(), "a context's record can be read");
    set_ = context->set;
    draft.put(context_subject, record->value);
}

}  // namespace belay::http
