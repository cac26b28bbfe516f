// What the simulated clients ask of the store, beside the program's own operations.
#pragma once

#include <optional>
#include <string>

#include "core/exports/context.hpp"
#include "core/exports/decide.hpp"
#include "store/operation.hpp"

namespace belay::sim {

/// An ask about one job, decided as the family decides it. As a cancel it is what
/// http/families/export_jobs/cancel_job.cpp does.
class JobAsk final : public store::Operation {
  public:
    /// `life` outlives it.
    JobAsk(const job::Uuid& id, const exports::Request& request, const exports::LifeSettings& life);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    const job::Uuid& id() const noexcept { return id_; }
    exports::Ask ask() const noexcept { return request_.ask; }

    // After done().

    bool is_done() const noexcept { return receipt_.has_value(); }
    /// The status of the answer to a client's cancel.
    int http_status() const noexcept;
    /// What the job was when the last decision looked.
    exports::Phase found() const noexcept { return found_; }
    job::Verdict verdict() const noexcept { return verdict_; }

  private:
    const job::Uuid id_;
    const exports::Request request_;
    const exports::LifeSettings& life_;
    exports::Phase found_ = exports::Phase::absent;
    job::Verdict verdict_ = job::Verdict::not_found;
    std::optional<store::Receipt> receipt_;
    std::string bytes_;
};

/// Makes the job.
class CreateAsk final : public store::Operation {
  public:
    CreateAsk(const job::Uuid& id, const exports::Job& job);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override { receipt_ = receipt; }

    const job::Uuid& id() const noexcept { return id_; }
    const std::optional<store::Receipt>& receipt() const noexcept { return receipt_; }

  private:
    const job::Uuid id_;
    exports::Job job_;
    std::optional<store::Receipt> receipt_;
    std::string bytes_;
};

/// Removes a key whose time is over, as http/drive/housekeeper.cpp does.
class ForgetAsk final : public store::Operation {
  public:
    explicit ForgetAsk(std::string_view name) { set_key(name); }

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt&) noexcept override {}
};

/// Makes the context, or names another set of transactions in it.
class SetAsk final : public store::Operation {
  public:
    SetAsk(const job::Uuid& context, const std::optional<exports::TransactionSet>& set);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override { receipt_ = receipt; }

    const std::optional<store::Receipt>& receipt() const noexcept { return receipt_; }
    /// After done(), if it was committed: what the set took the place of.
    const std::optional<exports::TransactionSet>& replaced() const noexcept { return replaced_; }

  private:
    const std::optional<exports::TransactionSet> set_;
    std::optional<exports::TransactionSet> replaced_;
    std::optional<store::Receipt> receipt_;
    std::string bytes_;
};

}  // namespace belay::sim
