#include "http/drive/transfer_receive.hpp"

#include <cstring>
#include <utility>

#include "auth/digest.hpp"
#include "core/ledger/account.hpp"
#include "core/transfers/decide.hpp"
#include "core/transfers/inbound.hpp"
#include "http/drive/ledger_ids.hpp"
#include "http/drive/transfer_event.hpp"

namespace belay::http {
namespace {

using transfers::Transfer;

/// A client may choose control numbers (whoever feeds the rail), so no two may meet in one record.
job::RecordId inbound_id(const world::RailInbound& message) {
    std::string text;
    transfers::append_inbound_text(message.tenant, message.control_number, text);
    const auth::Digest256 digest = auth::sha256(as_byte_span(text));
    job::Uuid id;
    std::memcpy(id.octets.data(), digest.data(), id.octets.size());
    return {transfers::inbound_kind, id};
}

job::Uuid account_with_alias(store::Lane& lane, const job::Uuid& ledger, std::string_view alias) {
    job::Uuid account;
    if (alias.empty() || alias.size() > ledger::account_text_bytes_max ||
        ledger::is_external(alias)) {
        return account;
    }
    lane.read(alias_record_id(ledger, alias), [&](const store::RecordView& found) {
        const auto owner = ledger::decode_alias_owner(found.value);
        if (owner && owner->ledger == ledger && owner->alias == alias) {
            account = owner->account;
        }
    });
    return account;
}

transfers::Counterparty sender_of(const world::RailInbound& message) {
    return {.ispb = message.sender_ispb,
            .branch = message.sender_branch,
            .account = message.sender_account,
            .account_type = message.sender_account_type,
            .holder_name = message.sender_holder_name,
            .holder_document = message.sender_holder_document};
}

}  // namespace

TransferReceive::TransferReceive(store::Lane& lane, Asked asked, transfers::Zone zone,
                                 Listener* listener)
    : asked_(std::move(asked)), zone_(zone), listener_(listener), transfer_(asked_.transfer) {
    const job::RecordId inbound = inbound_id(asked_.message);
    is_known_ = lane.read(inbound, [&](const store::RecordView& found) {
        if (const auto read = transfers::decode_inbound(found.value)) {
            transfer_ = read->transfer;
        }
    });
    recipient_ = account_with_alias(lane, asked_.ledger, asked_.message.recipient_account);
    Subjects subjects;
    inbound_subject_ = subjects.add(inbound);
    transfer_subject_ = subjects.add({transfers::transfer_kind, transfer_});
    event_.name(asked_.event, Audience::of(lane, asked_.message.tenant, transfers::event_names()),
                subjects);
    set_subjects(subjects.all());
    set_importance(store::Importance::create);
}

void TransferReceive::decide(const store::View& view, store::Draft& draft) {
    made_event_ = false;
    const std::optional<store::RecordView>& standing = view.subjects[transfer_subject_];
    if (view.subjects[inbound_subject_]) {
        if (is_known_ && standing) {
            judge(view, draft, *standing);
        } else {
            outcome_ = Outcome::raced;
        }
        return;
    }
    outcome_ = Outcome::made;
    bytes_.clear();
    transfers::encode(make(view.now), bytes_);
    draft.put(transfer_subject_, as_byte_span(bytes_));
    bytes_.clear();
    transfers::encode(transfers::Inbound{transfer_}, bytes_);
    draft.put(inbound_subject_, as_byte_span(bytes_));
}

Transfer TransferReceive::make(WallTime now) const {
    const world::RailInbound& message = asked_.message;
    Transfer transfer;
    transfer.tenant = message.tenant;
    transfer.ledger = asked_.ledger;
    transfer.type = transfers::Type::ted_in;
    transfer.recipient_account = recipient_;
    transfer.counterparty = sender_of(message);
    transfer.amount = {message.amount};
    transfer.fee = asked_.fee < transfer.amount ? asked_.fee : ledger::Money{};
    transfer.control_number = message.control_number;
    transfer.description = message.description;
    transfer.enter(
        rules_of(transfer.type).at(transfers::Phase::absent, transfers::Ask::receive).next, now,
        {});
    return transfer;
}

/// The message came before: is it the same?
void TransferReceive::judge(const store::View& view, store::Draft& draft,
                            const store::RecordView& standing) {
    const result<Transfer> transfer = transfers::decode_transfer(standing.value);
    const world::RailInbound& message = asked_.message;
    if (!transfer ||
        (transfer->amount.minor == message.amount && transfer->counterparty == sender_of(message) &&
         (transfer->recipient_account == recipient_ || transfer->recipient_account.is_nil()) &&
         transfer->description == message.description)) {
        outcome_ = Outcome::duplicate;
        return;
    }
    outcome_ = Outcome::differs;
    constexpr auto event = transfers::Event::reconciliation_required;
    if (!event_.is_wanted(static_cast<std::size_t>(event))) {
        return;
    }
    // To an equal version: the event has its place in the order of the transfer's events from it.
    draft.put(transfer_subject_, standing.value);
    bytes_.clear();
    render_transfer_event(event, transfer_, *transfer, std::max(view.now, transfer->updated), zone_,
                          bytes_);
    made_event_ = event_.put(view, draft,
                             {.tenant = transfer->tenant,
                              .subject = {transfers::transfer_kind, transfer_},
                              .subject_version = next_version(view.subjects[transfer_subject_]),
                              .name_place = static_cast<std::size_t>(event),
                              .name = name_of(event),
                              .body = bytes_});
}

void TransferReceive::done(const store::Receipt& receipt) noexcept {
    receipt_ = receipt;
    is_done_ = true;
    if (listener_ != nullptr) {
        listener_->received(*this);
    }
}

bool TransferReceive::is_settled() const noexcept {
    const bool is_decided =
        receipt_.status == store::Status::committed || receipt_.status == store::Status::declined;
    return is_decided && outcome_ != Outcome::raced;
}

}  // namespace belay::http
