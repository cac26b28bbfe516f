#include "http/drive/transfer_chores.hpp"

#include "core/transfers/initiation.hpp"

namespace belay::http {
namespace {

/// Until a removal that the store could not do is tried again.
constexpr Milliseconds another_look = std::chrono::seconds(5);

/// Removes a guard whose time is over.
class RemoveGuard final : public store::Operation {
  public:
    explicit RemoveGuard(const job::RecordId& id) { set_subjects({&id, 1}); }

    void decide(const store::View& view, store::Draft& draft) override {
        expires_.reset();
        if (!view.subjects[0]) {
            return;
        }
        const auto guard = transfers::decode_guard(view.subjects[0]->value);
        if (!guard) {
            return;  // nobody can do anything with it
        }
        if (guard->expires <= view.now) {
            draft.remove(0);
        } else {
            expires_ = guard->expires;
        }
    }
    void done(const store::Receipt& receipt) noexcept override { status_ = receipt.status; }

    /// Whether the store did what was decided.
    bool is_decided() const noexcept {
        return status_ == store::Status::committed || status_ == store::Status::declined;
    }
    /// Of one that stands, for a later initiation.
    const std::optional<WallTime>& expires() const noexcept { return expires_; }

  private:
    std::optional<WallTime> expires_;
    store::Status status_ = store::Status::declined;
};

}  // namespace

bool TransferChores::is_about(job::Kind kind) const noexcept {
    return kind == transfers::transfer_kind || kind == transfers::guard_kind;
}

void TransferChores::survey(const job::RecordId& id, const store::RecordView& record,
                            WallTime now) {
    if (id.kind == transfers::guard_kind) {
        if (const auto guard = transfers::decode_guard(record.value)) {
            agenda_.note(id, guard->expires, now);
        }
        return;
    }
    const auto transfer = transfers::decode_transfer(record.value);
    if (transfer && !is_terminal(transfer->phase)) {
        inbox_.offer(id.id);
    }
}

void TransferChores::due(store::BlockingLane& lane, const job::RecordId& id) {
    if (id.kind != transfers::guard_kind) {
        return;
    }
    RemoveGuard remove(id);
    lane.run(remove);
    const WallTime now = lane.lane().now();
    if (!remove.is_decided()) {
        agenda_.note(id, now + another_look, now);
    } else if (remove.expires()) {
        agenda_.note(id, *remove.expires(), now);
    }
}

}  // namespace belay::http
