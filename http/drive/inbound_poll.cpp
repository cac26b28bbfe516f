#include "http/drive/inbound_poll.hpp"

#include <array>

namespace belay::http {

InboundPoll::InboundPoll(const Parts& parts, const Settings& settings, Listener& listener)
    : parts_(parts), settings_(settings), listener_(listener) {}

void InboundPoll::begin(const job::TenantId& tenant) {
    messages_ = parts_.rail.inbound(tenant, messages_max);
    next();
}

void InboundPoll::next() {
    if (at_ == messages_.size()) {
        listener_.polled(made_, store::Status::committed);
        return;
    }
    operations_.push_back(std::make_unique<TransferReceive>(
        parts_.lane,
        TransferReceive::Asked{.message = messages_[at_],
                               .ledger = settings_.ledger,
                               .fee = settings_.fee,
                               .transfer = new_id(),
                               .event = new_id()},
        settings_.zone, static_cast<TransferReceive::Listener*>(this)));
    parts_.lane.submit(*operations_.back());
}

void InboundPoll::received(TransferReceive& operation) noexcept {
    const store::Status status = operation.receipt().status;
    if (status != store::Status::committed && status != store::Status::declined) {
        parts_.inbox.offer(operation.transfer());  // it may become durable after all
        listener_.polled(made_, status);
        return;
    }
    if (operation.is_settled()) {
        if (operation.made_event()) {
            parts_.events.tell(operation.event());
        }
        // Also one that was met: who made it may not have been told that it became durable.
        parts_.inbox.offer(operation.transfer());
        made_ += operation.outcome() == TransferReceive::Outcome::made ? 1U : 0U;
        parts_.rail.confirm(operation.message());
        ++at_;
    }
    next();
}

job::Uuid InboundPoll::new_id() {
    std::array<std::uint8_t, 10> random;
    parts_.entropy.fill(std::as_writable_bytes(std::span(random)));
    return job::make_uuid_v7(parts_.lane.now(), random);
}

}  // namespace belay::http
