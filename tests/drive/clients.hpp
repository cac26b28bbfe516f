// What clients ask of the bank, as operations of the store.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "http/drive/transfer_act.hpp"
#include "store/operation.hpp"

namespace belay::bank {

/// When the clock of a test begins.
inline constexpr WallTime birth(Milliseconds(1'795'000'000'000));

/// A confirmation, as an operation of the store.
class Confirm final : public store::Operation {
  public:
    Confirm(transfers::Transfer transfer, const job::Uuid& id, const ledger::Transaction& hold,
            bool counts_limits);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    const job::Uuid& id() const noexcept { return id_; }
    bool is_done() const noexcept { return is_done_; }
    bool is_confirmed() const noexcept {
        return receipt_.status == store::Status::committed && is_made_;
    }
    const store::Receipt& receipt() const noexcept { return receipt_; }
    ledger::MoveFault fault() const noexcept { return fault_; }

  private:
    transfers::Transfer transfer_;  // its texts are literals
    const job::Uuid id_;
    const ledger::Transaction hold_;
    http::LedgerAct ledger_;
    std::size_t subject_ = 0;
    std::size_t guard_ = 0;
    std::array<std::optional<std::size_t>, transfers::scope_count> counters_;
    ledger::MoveFault fault_ = ledger::MoveFault::none;
    bool is_made_ = false;
    bool is_done_ = false;
    store::Receipt receipt_;
    std::string bytes_;
};

/// A client's cancel.
class Cancel final : public store::Operation {
  public:
    Cancel(store::Lane& lane, const job::Uuid& id, const job::Uuid& event, world::Rail& rail);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    const job::Uuid& id() const noexcept { return id_; }
    bool is_done() const noexcept { return is_done_; }
    const store::Receipt& receipt() const noexcept { return receipt_; }
    job::Verdict verdict() const noexcept { return verdict_; }
    /// It was this cancel that ended the transfer, and the client was told so.
    bool has_won() const noexcept {
        return receipt_.status == store::Status::committed && job::moves(verdict_);
    }
    /// Of a cancel that did not move it: the state that the client is told.
    transfers::Phase phase() const noexcept { return phase_; }
    const http::TransferAct& act() const noexcept { return act_; }

  private:
    const job::Uuid id_;
    http::TransferAct act_;
    job::Verdict verdict_ = job::Verdict::not_found;
    transfers::Phase phase_ = transfers::Phase::absent;
    bool is_done_ = false;
    store::Receipt receipt_;
};

}  // namespace belay::bank
