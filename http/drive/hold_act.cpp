#include "http/drive/hold_act.hpp"

#include <algorithm>

#include "core/transfers/initiation.hpp"
#include "core/transfers/usage_id.hpp"
#include "http/drive/limits_back.hpp"
#include "http/drive/transfer_event.hpp"

namespace belay::http {

using transfers::Confirmation;
using transfers::Event;
using transfers::Transfer;

void HoldAct::name(store::Lane& lane, const job::Uuid& id, const job::Uuid& first_event,
                   const job::Uuid& second_event, Subjects& to) {
    id_ = id;
    const job::RecordId record{transfers::transfer_kind, id};
    subject_ = to.add(record);
    job::TenantId tenant;
    lane.read(record, [&](const store::RecordView& found) {
        const result<Transfer> transfer = transfers::decode_transfer(found.value);
        if (!transfer) {
            return;
        }
        tenant = transfer->tenant;
        initiation_ = to.add({transfers::initiation_kind, transfer->initiation});
        for (std::size_t at = 0; transfer->counted_on && at < transfers::scope_count; ++at) {
            const auto scope = static_cast<transfers::Scope>(at);
            counters_[at] = to.add(usage_id(scope, tenant, transfer->sender_account,
                                            period_of(scope, *transfer->counted_on)));
        }
    });
    const Audience audience = Audience::of(lane, tenant, transfers::event_names());
    events_[0].name(first_event, audience, to);
    events_[1].name(second_event, audience, to);
}

job::Verdict HoldAct::decide(const store::View& view, store::Draft& draft,
                             Confirmation confirmation, const job::Uuid& transaction) {
    event_count_ = 0;
    const std::optional<store::RecordView>& record = view.subjects[subject_];
    const result<Transfer> standing =
        record ? transfers::decode_transfer(record->value) : result<Transfer>(Error::not_found);
    if (!standing || standing->is_visible()) {
        return job::Verdict::not_found;
    }
    const transfers::Decision decision = transfers::resolve(*standing, confirmation, view.now);
    if (!job::moves(decision.verdict)) {
        undo(view, draft, *standing);
        return job::Verdict::applied;
    }
    Transfer next = decision.next;
    next.ledger_transaction = transaction;
    bytes_.clear();
    transfers::encode(next, bytes_);
    draft.put(subject_, as_byte_span(bytes_));
    if (confirmation == Confirmation::done) {
        tell(view, draft, next, Event::initiated);
    } else {
        give_back_limits(view, draft, counters_, next, bytes_);
    }
    tell(view, draft, next, *decision.event);
    return decision.verdict;
}

/// As if it had not been confirmed. The guard stays: it is the initiation's.
void HoldAct::undo(const store::View& view, store::Draft& draft, const Transfer& transfer) {
    draft.remove(subject_);
    give_back_limits(view, draft, counters_, transfer, bytes_);
    if (!initiation_ || !view.subjects[*initiation_]) {
        return;  // it has expired meanwhile
    }
    auto initiation = transfers::decode_initiation(view.subjects[*initiation_]->value);
    if (initiation && initiation->transfer == id_) {
        initiation->transfer.reset();
        bytes_.clear();
        transfers::encode(*initiation, bytes_);
        draft.put(*initiation_, as_byte_span(bytes_));
    }
}

void HoldAct::tell(const store::View& view, store::Draft& draft, const Transfer& transfer,
                   Event event) {
    const auto place = static_cast<std::size_t>(event);
    EventAct& act = events_[event_count_];
    if (!act.is_wanted(place)) {
        return;
    }
    bytes_.clear();
    render_transfer_event(event, id_, transfer, std::max(view.now, transfer.updated), zone_,
                          bytes_);
    const bool is_put = act.put(view, draft,
                                {.tenant = transfer.tenant,
                                 .subject = {transfers::transfer_kind, id_},
                                 .subject_version = next_version(view.subjects[subject_]),
                                 .place = static_cast<std::uint8_t>(event_count_),
                                 .name_place = place,
                                 .name = name_of(event),
                                 .body = bytes_});
    event_count_ += is_put ? 1U : 0U;
}

}  // namespace belay::http
