// What time asks of transfers: a survey offers to the worker all that have not ended, which is how
// they go on after a start; and what is over goes: guards against duplicates, initiations that
// nobody confirmed, counters of limits.
//
// An initiation is known for a week after it has expired (410 BTF-0202), then no more (404). One
// that was confirmed stays: it names its transfer, and transfers are never removed. A counter is
// kept for two months after its period, longer than anybody gives anything back to it.
#pragma once

#include <optional>

#include "core/work/agenda.hpp"
#include "http/drive/housekeeper.hpp"
#include "http/drive/transfer_inbox.hpp"

namespace belay::http {

class TransferChores final : public Chores {
  public:
    static constexpr std::chrono::days initiation_kept{7};
    static constexpr std::chrono::days counter_kept{62};

    /// Both outlive it.
    TransferChores(TransferInbox& inbox, work::Agenda& agenda) noexcept
        : inbox_(inbox), agenda_(agenda) {}

    bool is_about(job::Kind kind) const noexcept override;
    void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) override;
    void due(store::BlockingLane& lane, const job::RecordId& id) override;

    /// When a record of this kind is to go; nullopt: never.
    static std::optional<WallTime> removal_of(job::Kind kind, ByteSpan value);

  private:
    TransferInbox& inbox_;
    work::Agenda& agenda_;
};

}  // namespace belay::http
