#include "http/drive/transfer_chores.hpp"

#include "core/transfers/initiation.hpp"
#include "core/transfers/usage.hpp"

namespace belay::http {
namespace {

/// Until a removal that the store could not do is tried again.
constexpr Milliseconds another_look = std::chrono::seconds(5);

/// Removes a record whose time is over.
class RemoveOver final : public store::Operation {
  public:
    explicit RemoveOver(const job::RecordId& id) : kind_(id.kind) { set_subjects({&id, 1}); }

    void decide(const store::View& view, store::Draft& draft) override {
        removal_.reset();
        if (!view.subjects[0]) {
            return;
        }
        removal_ = TransferChores::removal_of(kind_, view.subjects[0]->value);
        if (removal_ && *removal_ <= view.now) {
            draft.remove(0);
            removal_.reset();
        }
    }
    void done(const store::Receipt& receipt) noexcept override { status_ = receipt.status; }

    /// Whether the store did what was decided.
    bool is_decided() const noexcept {
        return status_ == store::Status::committed || status_ == store::Status::declined;
    }
    /// Of one that stays for now: a later one has taken its place.
    const std::optional<WallTime>& removal() const noexcept { return removal_; }

  private:
    const job::Kind kind_;
    std::optional<WallTime> removal_;
    store::Status status_ = store::Status::declined;
};

}  // namespace

bool TransferChores::is_about(job::Kind kind) const noexcept {
    return kind == transfers::transfer_kind || kind == transfers::guard_kind ||
           kind == transfers::initiation_kind || kind == transfers::usage_kind;
}

std::optional<WallTime> TransferChores::removal_of(job::Kind kind, ByteSpan value) {
    if (kind == transfers::guard_kind) {
        const auto guard = transfers::decode_guard(value);
        return guard ? std::optional(guard->expires) : std::nullopt;
    }
    if (kind == transfers::initiation_kind) {
        const auto initiation = transfers::decode_initiation(value);
        const bool goes = initiation && !initiation->transfer;
        return goes ? std::optional(initiation->expires + initiation_kept) : std::nullopt;
    }
    if (kind == transfers::usage_kind) {
        const auto usage = transfers::decode_usage(value);
        return usage ? std::optional(WallTime(usage->last + counter_kept)) : std::nullopt;
    }
    return std::nullopt;
}

void TransferChores::survey(const job::RecordId& id, const store::RecordView& record,
                            WallTime now) {
    if (id.kind != transfers::transfer_kind) {
        if (const auto removal = removal_of(id.kind, record.value)) {
            agenda_.note(id, *removal, now);
        }
        return;
    }
    const auto transfer = transfers::decode_transfer(record.value);
    if (transfer && !is_terminal(transfer->phase)) {
        inbox_.offer(id.id);
    }
}

void TransferChores::due(store::BlockingLane& lane, const job::RecordId& id) {
    RemoveOver remove(id);
    lane.run(remove);
    const WallTime now = lane.lane().now();
    if (!remove.is_decided()) {
        agenda_.note(id, now + another_look, now);
    } else if (remove.removal()) {
        agenda_.note(id, *remove.removal(), now);
    }
}

}  // namespace belay::http
