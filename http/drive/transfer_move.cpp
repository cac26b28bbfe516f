#include "http/drive/transfer_move.hpp"

#include <utility>

namespace belay::http {

TransferMove::TransferMove(store::Lane& lane, Asked asked, transfers::Zone zone, world::Rail* rail,
                           Listener* listener)
    : asked_(std::move(asked)), act_(zone, rail), listener_(listener) {
    Subjects subjects;
    act_.name(lane, asked_.id, asked_.ask, asked_.event, asked_.transaction, subjects);
    set_subjects(subjects.all());
}

void TransferMove::decide(const store::View& view, store::Draft& draft) {
    transfers::Request request{.ask = asked_.ask};
    (asked_.ask == transfers::Ask::accept ? request.control_number : request.reason) = asked_.text;
    verdict_ = act_.decide(view, draft, request);
}

void TransferMove::done(const store::Receipt& receipt) noexcept {
    receipt_ = receipt;
    is_done_ = true;
    if (listener_ != nullptr) {
        listener_->moved(*this);
    }
}

}  // namespace belay::http
