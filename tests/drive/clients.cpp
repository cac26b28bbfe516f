#include "tests/drive/clients.hpp"

#include <utility>

#include "core/transfers/initiation.hpp"
#include "core/transfers/usage_id.hpp"
#include "http/drive/guard_id.hpp"

namespace belay::bank {

Confirm::Confirm(transfers::Transfer transfer, const job::Uuid& id, const ledger::Transaction& hold,
                 bool counts_limits)
    : transfer_(std::move(transfer)), id_(id), hold_(hold) {
    http::Subjects subjects;
    subject_ = subjects.add({transfers::transfer_kind, id_});
    guard_ = subjects.add(http::guard_id(transfer_, bytes_));
    ledger_.name(transfer_.ledger_transaction, hold_, ledger::Ask::hold, subjects);
    if (counts_limits) {
        transfer_.counted_on = std::chrono::floor<std::chrono::days>(birth);
        for (std::size_t at = 0; at < transfers::scope_count; ++at) {
            const auto scope = static_cast<transfers::Scope>(at);
            counters_[at] = subjects.add(usage_id(scope, transfer_.tenant, transfer_.sender_account,
                                                  period_of(scope, *transfer_.counted_on)));
        }
    }
    set_subjects(subjects.all());
    set_importance(store::Importance::create);
}

void Confirm::decide(const store::View& view, store::Draft& draft) {
    is_made_ = false;
    const http::LedgerAct::Outcome outcome = ledger_.make(view, draft, hold_);
    fault_ = outcome.fault;
    if (!outcome.moved()) {
        return;
    }
    is_made_ = true;
    transfers::Transfer made = transfer_;
    made.enter(transfers::Phase::created, view.now, {});
    bytes_.clear();
    transfers::encode(made, bytes_);
    draft.put(subject_, as_byte_span(bytes_));
    bytes_.clear();
    transfers::encode(transfers::Guard{made.initiation, view.now + std::chrono::minutes(5)},
                      bytes_);
    draft.put(guard_, as_byte_span(bytes_));
    for (const auto& counter : counters_) {
        if (counter) {
            const auto& record = view.subjects[*counter];
            const auto usage =
                record ? transfers::decode_usage(record->value).value() : transfers::Usage{};
            bytes_.clear();
            transfers::Usage used = transfers::use(usage, {}, made.amount).value();
            used.last = *made.counted_on;
            transfers::encode(used, bytes_);
            draft.put(*counter, as_byte_span(bytes_));
        }
    }
}

void Confirm::done(const store::Receipt& receipt) noexcept {
    receipt_ = receipt;
    is_done_ = true;
}

Cancel::Cancel(store::Lane& lane, const job::Uuid& id, const job::Uuid& event, world::Rail& rail)
    : id_(id), act_(transfers::Zone{}, &rail) {
    http::Subjects subjects;
    act_.name(lane, id, transfers::Ask::cancel, event, {}, subjects);
    set_subjects(subjects.all());
}

void Cancel::decide(const store::View& view, store::Draft& draft) {
    verdict_ = act_.decide(view, draft, {.ask = transfers::Ask::cancel, .reason = "by the client"});
    phase_ = act_.phase();
}

void Cancel::done(const store::Receipt& receipt) noexcept {
    receipt_ = receipt;
    is_done_ = true;
}

}  // namespace belay::bank
