#include "http/drive/external_move.hpp"

namespace belay::http {

ExternalMove::ExternalMove(store::Lane& lane, const Confirmed& confirmed, transfers::Zone zone,
                           world::Rail* rail, Listener& listener)
    : confirmed_(confirmed), hold_(zone), act_(zone, rail), listener_(listener) {
    Subjects subjects;
    if (confirmed.ask == transfers::Ask::process) {
        hold_.name(lane, confirmed.id, confirmed.first_event, confirmed.second_event, subjects);
    } else {
        act_.name(lane, confirmed.id, confirmed.ask, confirmed.first_event, confirmed.second_event,
                  subjects);
        act_.confirm(confirmed.confirmation);
    }
    set_subjects(subjects.all());
}

void ExternalMove::decide(const store::View& view, store::Draft& draft) {
    if (confirmed_.ask == transfers::Ask::process) {
        hold_.decide(view, draft, confirmed_.confirmation, confirmed_.transaction);
    } else {
        act_.decide(view, draft, {.ask = confirmed_.ask});
    }
}

void ExternalMove::done(const store::Receipt& receipt) noexcept {
    receipt_ = receipt;
    listener_.moved(*this);
}

}  // namespace belay::http
