#include "http/drive/batches/event_chores.hpp"

#include "core/batches/event.hpp"

namespace belay::batch_drive {
namespace {

/// Until a removal that the store could not do is tried again.
constexpr std::chrono::seconds another_look(5);

WallTime end_of(const job::Uuid& event) {
    return job::time_of(event) + batches::event_retention;
}

class RemoveEvent final : public store::Operation {
  public:
    explicit RemoveEvent(const job::RecordId& id) : id_(id) { set_subjects({&id, 1}); }

    void decide(const store::View& view, store::Draft& draft) override {
        if (view.subjects[0] && end_of(id_.id) <= view.now) {
            draft.remove(0);
        }
    }

    void done(const store::Receipt& receipt) noexcept override { status_ = receipt.status; }

    /// Whether the store did what was decided.
    bool is_decided() const noexcept {
        return status_ == store::Status::committed || status_ == store::Status::declined;
    }

  private:
    const job::RecordId id_;
    store::Status status_ = store::Status::declined;
};

}  // namespace

bool EventChores::is_about(job::Kind kind) const noexcept {
    return kind == batches::event_kind;
}

void EventChores::survey(const job::RecordId& id, const store::RecordView&, WallTime now) {
    agenda_.note(id, end_of(id.id), now);
}

void EventChores::due(store::BlockingLane& lane, const job::RecordId& id) {
    RemoveEvent remove(id);
    lane.run(remove);
    if (!remove.is_decided()) {
        const WallTime now = lane.lane().now();
        agenda_.note(id, now + another_look, now);
    }
}

}  // namespace belay::batch_drive
