// What the runner and timers ask of a batch job, as an operation of the store. (What clients ask
// has an answer to be rendered and a key: http/families/batch_jobs.)
#pragma once

#include <string>

#include "core/batches/decide.hpp"
#include "http/drive/batches/batch_event.hpp"
#include "store/operation.hpp"

namespace belay::batch_drive {

class BatchMove : public store::Operation {
  public:
    /// `settings` and what `request.error` views outlive it. `event` is the event of the ask.
    BatchMove(const job::Uuid& id, const batches::Request& request,
              const batches::LifeSettings& settings, BatchEvent event);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override { receipt_ = receipt; }

    // After done().

    const store::Receipt& receipt() const noexcept { return receipt_; }

    /// Whether the job has moved, durably.
    bool applied() const noexcept {
        return verdict_ == job::Verdict::applied && receipt_.status == store::Status::committed;
    }

    /// Whether the store has done what was decided; if not, asking once more may help.
    bool is_decided() const noexcept {
        return receipt_.status == store::Status::committed ||
               receipt_.status == store::Status::declined;
    }

    job::Verdict verdict() const noexcept { return verdict_; }

    /// What the job became, if it moved. Its texts are empty here, whatever the record says.
    const batches::Job& job() const noexcept { return next_; }

    /// The job as it was before the move, likewise.
    const batches::Job& before() const noexcept { return before_; }

    /// What came of it, to be told once it has applied.
    const BatchEvent& event() const noexcept { return event_; }

    /// The job's standing after a move that applied, for the timers.
    batches::Standing standing() const { return {id_, receipt_.lsn, next_}; }

  private:
    const job::Uuid id_;
    const batches::Request request_;
    const batches::LifeSettings& settings_;
    BatchEvent event_;
    job::Verdict verdict_ = job::Verdict::not_found;
    batches::Job before_;
    batches::Job next_;
    store::Receipt receipt_;
    std::string bytes_;
};

}  // namespace belay::batch_drive
