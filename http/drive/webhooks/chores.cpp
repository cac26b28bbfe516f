#include "http/drive/webhooks/chores.hpp"

#include <algorithm>

#include "core/outbox/event.hpp"

namespace belay::webhooks {
namespace {

/// An event that has been due for longer may be one that nobody told of: its transition became
/// durable after its maker had been told that nobody knows.
constexpr std::chrono::minutes overdue(5);

/// Until a removal that the store could not do is tried again.
constexpr Milliseconds another_look = std::chrono::seconds(5);

class RemoveLetter final : public store::Operation {
  public:
    explicit RemoveLetter(const job::RecordId& id) { set_subjects({&id, 1}); }

    void decide(const store::View& view, store::Draft& draft) override {
        if (!view.subjects[0]) {
            return;
        }
        const result<outbox::DeadLetter> letter =
            outbox::decode_dead_letter(view.subjects[0]->value);
        if (letter && letter->died + letter_retention <= view.now) {
            draft.remove(0);
        }
    }

    void done(const store::Receipt& receipt) noexcept override { status_ = receipt.status; }

    /// Whether the store did what was decided.
    bool is_decided() const noexcept {
        return status_ == store::Status::committed || status_ == store::Status::declined;
    }

  private:
    store::Status status_ = store::Status::declined;
};

}  // namespace

bool Chores::is_about(job::Kind kind) const noexcept {
    return kind == outbox::event_kind || kind == outbox::dead_letter_kind;
}

void Chores::survey(const job::RecordId& id, const store::RecordView& record, WallTime now) {
    if (id.kind == outbox::dead_letter_kind) {
        if (const result<outbox::DeadLetter> letter = outbox::decode_dead_letter(record.value)) {
            agenda_.note(id, letter->died + letter_retention, now);
        }
        return;
    }
    const result<outbox::Event> event = outbox::decode_event(record.value);
    if (!event) {
        return;
    }
    const auto all = event->deliveries();
    const bool is_overdue = std::any_of(all.begin(), all.end(), [&](const auto& delivery) {
        return delivery.state == outbox::DeliveryState::waiting &&
               delivery.next_try + overdue <= now;
    });
    if (is_overdue) {
        feed_.tell(id.id);
    }
}

void Chores::due(store::BlockingLane& lane, const job::RecordId& id) {
    if (id.kind == outbox::event_kind) {
        feed_.tell(id.id);
        return;
    }
    RemoveLetter remove(id);
    lane.run(remove);
    if (!remove.is_decided()) {
        const WallTime now = lane.lane().now();
        agenda_.note(id, now + another_look, now);
    }
}

}  // namespace belay::webhooks
