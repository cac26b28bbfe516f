// What workers and timers ask of an export job, as an operation of the store. (What clients ask has
// an answer to be rendered and a key: http/families/export_jobs.)
#pragma once

#include <optional>
#include <string>

#include "core/exports/context.hpp"
#include "core/exports/decide.hpp"
#include "http/drive/export_event.hpp"
#include "store/operation.hpp"

namespace belay::http {

class ExportMove final : public store::Operation {
  public:
    /// `settings` and what `request.error` views outlive it. A claim also names the job's context:
    /// it rests on the set of transactions there, so it moves the context's version.
    /// `event` is the event of the ask.
    ExportMove(const job::Uuid& id, const exports::Request& request,
               const exports::LifeSettings& settings, ExportEvent event,
               const std::optional<job::Uuid>& context = std::nullopt);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override { receipt_ = receipt; }

    // After done().

    const store::Receipt& receipt() const noexcept { return receipt_; }

    /// Whether the job has moved, durably.
    bool applied() const noexcept {
        return verdict_ == job::Verdict::applied && receipt_.status == store::Status::committed;
    }

    job::Verdict verdict() const noexcept { return verdict_; }

    /// What the job became, if it moved. Its error text is empty here, whatever the record says.
    const exports::Job& job() const noexcept { return next_; }

    /// The job as it was before the move.
    const exports::Job& before() const noexcept { return before_; }

    /// Of a claim that applied: the set of transactions it was claimed with.
    const std::optional<exports::TransactionSet>& set() const noexcept { return set_; }

    /// The event that came of it, if there is one that somebody wants.
    const ExportEvent& event() const noexcept { return event_; }

    /// The job's standing after a move that applied, for the timers.
    exports::Standing standing() const { return {id_, receipt_.lsn, next_}; }

  private:
    void take_set(const store::View& view, store::Draft& draft);

    job::Uuid id_;
    exports::Request request_;
    const exports::LifeSettings& settings_;
    ExportEvent event_;
    bool has_context_;
    job::Verdict verdict_ = job::Verdict::not_found;
    exports::Job before_;
    exports::Job next_;
    std::optional<exports::TransactionSet> set_;
    store::Receipt receipt_;
    std::string bytes_;
};

}  // namespace belay::http
