// PUT /v2/core/batch_job_files/{id}?…: the input of a batch job, from whoever holds a signed URL
// for it. Complete, and answered so, only when the file has its name durably and the job names the
// file.
#include <exception>
#include <memory>

#include "core/batches/decide.hpp"
#include "core/run/event.hpp"
#include "http/drive/batches/batch_event.hpp"
#include "http/families/batch_jobs/errors.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/batch_jobs/files.hpp"
#include "http/families/batch_jobs/received_file.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/v2/answer.hpp"

namespace belay::batch_jobs {
namespace {

using batches::Phase;

/// Why a job in this phase takes no input; null for one that waits for it.
const v2::ErrorKind* refusal_in(Phase phase) noexcept {
    switch (phase) {
        case Phase::ready_for_upload:
            return nullptr;
        case Phase::upload_timeout:
            return &errors::upload_url_expired;
        default:
            return &errors::not_ready_for_upload;
    }
}

/// Names the input in its job, which begins to be validated or to run.
class CommitUpload final : public store::Operation {
  public:
    CommitUpload(http::Exchange& exchange, const FileRequest& request, bool is_live,
                 const batches::Request& ask, const batches::LifeSettings& life)
        : id_(request.id),
          ask_(ask),
          life_(life),
          event_(batch_drive::BatchEvent::of(exchange.shard_context<http::ShardContext>().lane,
                                             request.grant.tenant, is_live, id_, ask.ask,
                                             {exchange.request_id(), {}})),
          answered_(exchange.shard()) {
        http::Subjects subjects;
        subjects.add({batches::batch_kind, id_});
        event_.name(subjects);
        set_subjects(subjects.all());
    }

    run::Event& answered() noexcept { return answered_; }
    /// Null: the job names the input.
    const v2::ErrorKind* refusal() const noexcept { return refusal_; }
    /// False only if it certainly does not.
    bool may_be_named() const noexcept { return may_be_named_; }
    WallTime due() const noexcept { return due_; }
    const batch_drive::BatchEvent& event() const noexcept { return event_; }

  private:
    void decide(const store::View& view, store::Draft& draft) override {
        try {
            refusal_ = perform(view, draft);
        } catch (const std::exception&) {
            // Memory, most likely. Nothing has been reserved yet, so nothing is done.
            draft.abandon();
            refusal_ = &v2::errors::unexpected;
        }
    }

    const v2::ErrorKind* perform(const store::View& view, store::Draft& draft) {
        const std::optional<store::RecordView>& record = view.subjects[0];
        const result<batches::Job> job =
            record ? batches::decode_job(record->value) : Error::not_found;
        if (!job) {
            return record ? &v2::errors::unexpected : &errors::job_not_found;
        }
        const batches::Standing standing{id_, record->lsn, *job};
        const batches::Decision decision = batches::decide(&standing, ask_, view.now, life_);
        if (decision.verdict != job::Verdict::applied) {
            return refusal_in(job->phase);
        }
        value_.clear();
        batches::encode(decision.next, value_);
        draft.put(0, as_byte_span(value_));
        event_.put(view, draft, record, decision.next);
        due_ = batches::due_at({id_, record->lsn, decision.next}, life_);
        return nullptr;
    }

    void done(const store::Receipt& receipt) noexcept override {
        switch (receipt.status) {
            case store::Status::committed:
                may_be_named_ = true;
                break;
            case store::Status::declined:
                break;
            case store::Status::exhausted:
                refusal_ = &v2::errors::unavailable;
                break;
            case store::Status::unknown:
            case store::Status::stopped:
                may_be_named_ = true;
                refusal_ = &v2::errors::outcome_unknown;
                break;
        }
        answered_.set();
    }

    const job::Uuid id_;
    const batches::Request ask_;
    const batches::LifeSettings& life_;
    batch_drive::BatchEvent event_;
    run::Event answered_;
    const v2::ErrorKind* refusal_ = nullptr;
    bool may_be_named_ = false;
    WallTime due_{};
    std::string value_;
};

/// What of a job an upload looks at before its first byte is read.
struct Awaited {
    /// Null: it waits for its input.
    const v2::ErrorKind* refusal = &errors::job_not_found;
    bool is_live = true;
    bool skips_validation = false;
    WallTime until{};
};

Awaited look_at(store::Lane& lane, const FileRequest& request) {
    Awaited awaited;
    const WallTime now = lane.now();
    const auto look = [&](const store::RecordView& record) {
        const result<batches::Job> job = batches::decode_job(record.value);
        if (!job || job->tenant != request.grant.tenant ||
            input_object(request.id) != request.grant.object) {
            return;
        }
        const bool is_late = job->phase == Phase::ready_for_upload && now >= job->upload_until;
        awaited.refusal = is_late ? &errors::upload_url_expired : refusal_in(job->phase);
        awaited.is_live = job->is_live;
        awaited.skips_validation = job->skips_validation;
        awaited.until = job->upload_until;
    };
    lane.read({batches::batch_kind, request.id}, look);
    return awaited;
}

void answer(http::StreamExchange& stream, Received received, const v2::ErrorKind* refusal) {
    http::Exchange& exchange = stream.exchange();
    switch (received) {
        case Received::all:
            if (refusal == nullptr) {
                v2::respond(exchange, 200, {});
            } else {
                v2::fail(exchange, *refusal);
            }
            break;
        case Received::refused:
            exchange.fail(stream.trouble());
            break;
        case Received::lost:
            exchange.fail(http::Trouble::bad_request);  // nobody reads it
            break;
        case Received::unwritten:
            v2::fail(exchange, errors::storage_unavailable);
            break;
    }
}

}  // namespace

run::task<> Family::upload_input(http::StreamExchange& stream) {
    http::Exchange& exchange = stream.exchange();
    auto& shard = exchange.shard_context<http::ShardContext>();
    const std::optional<FileRequest> request =
        admit_file(exchange, parts_.signer, errors::upload_url_expired, shard.lane.now());
    if (!request) {
        co_return;
    }
    // Noted before the clock is looked at: uploads_under_way.hpp says why.
    batch_drive::UploadsUnderWay::Turn turn = parts_.uploads_under_way.begin(request->id);
    const Awaited awaited = look_at(shard.lane, *request);
    if (awaited.refusal != nullptr || !turn) {
        v2::fail(exchange,
                 awaited.refusal != nullptr ? *awaited.refusal : errors::upload_under_way);
        co_return;
    }
    const http::Places::Place place = uploads_.take(request->grant.tenant);
    if (!place) {
        v2::fail(exchange, errors::too_many_files);
        co_return;
    }
    const job::Uuid upload = shard.new_id();
    auto file =
        std::make_unique<ReceivedFile>(parts_.disk, batches::input_path(request->id, upload));
    const Received received = co_await receive_file(stream, parts_.uploads, *file);
    const v2::ErrorKind* refusal = nullptr;
    bool is_named = false;
    if (received == Received::all) {
        batches::Request ask;
        ask.ask = awaited.skips_validation ? batches::Ask::run : batches::Ask::validate;
        ask.upload = upload;
        ask.input_bytes = file->bytes();
        CommitUpload commit(exchange, *request, awaited.is_live, ask, settings_.life);
        shard.lane.submit(commit);
        co_await commit.answered().wait();
        refusal = commit.refusal();
        is_named = commit.may_be_named();
        if (refusal == nullptr) {
            commit.event().tell(shard.events);
        }
        if (is_named) {
            parts_.agenda.note({batches::batch_kind, request->id}, commit.due(), shard.lane.now());
            parts_.inbox.tell(request->id);
        }
    }
    if (!is_named) {
        co_await discard_file(exchange.shard(), parts_.uploads, *file);
    }
    turn.end();
    if (!is_named) {
        // Its window may have ended meanwhile, and who saw that left it to the upload.
        parts_.agenda.note({batches::batch_kind, request->id}, awaited.until, shard.lane.now());
    }
    answer(stream, received, refusal);
}

}  // namespace belay::batch_jobs
