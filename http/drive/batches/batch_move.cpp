#include "http/drive/batches/batch_move.hpp"

#include <optional>
#include <utility>

#include "http/drive/subjects.hpp"

namespace belay::batch_drive {
namespace {

/// The texts are views of what the store shows during decide() only.
batches::Job without_texts(const batches::Job& job) {
    batches::Job made = job;
    for (std::string_view* text :
         {&made.path, &made.metadata, &made.subject, &made.scopes, &made.error}) {
        *text = {};
    }
    return made;
}

}  // namespace

BatchMove::BatchMove(const job::Uuid& id, const batches::Request& request,
                     const batches::LifeSettings& settings, BatchEvent event)
    : id_(id), request_(request), settings_(settings), event_(std::move(event)) {
    http::Subjects subjects;
    subjects.add({batches::batch_kind, id});
    event_.name(subjects);
    set_subjects(subjects.all());
}

void BatchMove::decide(const store::View& view, store::Draft& draft) {
    const std::optional<store::RecordView>& record = view.subjects[0];
    batches::Standing standing;
    if (record) {
        const result<batches::Job> read = batches::decode_job(record->value);
        if (!read) {
            verdict_ = job::Verdict::not_found;  // nobody can do anything with it
            return;
        }
        standing = {id_, record->lsn, *read};
    }
    const batches::Decision decision =
        batches::decide(record ? &standing : nullptr, request_, view.now, settings_);
    verdict_ = decision.verdict;
    if (!job::moves(verdict_)) {
        return;
    }
    if (decision.next.phase == batches::Phase::absent) {
        draft.remove(0);
    } else {
        bytes_.clear();
        batches::encode(decision.next, bytes_);
        draft.put(0, as_byte_span(bytes_));
    }
    event_.put(view, draft, record, decision.next);
    before_ = without_texts(standing.job);
    next_ = without_texts(decision.next);
}

}  // namespace belay::batch_drive
