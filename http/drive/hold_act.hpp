// What becomes of a transfer whose hold another ledger was asked for (core/transfers/external.hpp):
// it is there from now on, or it never was and its initiation is open again.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "core/job/verdict.hpp"
#include "core/transfers/external.hpp"
#include "core/transfers/hours.hpp"
#include "core/transfers/usage.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/subjects.hpp"
#include "store/store.hpp"

namespace belay::http {

class HoldAct {
  public:
    /// `zone`: of the times that subscribers are told.
    explicit HoldAct(transfers::Zone zone) noexcept : zone_(zone) {}

    /// Reads the transfer and names all records that its resolution may move. `first_event` and
    /// `second_event` are new ids.
    void name(store::Lane& lane, const job::Uuid& id, const job::Uuid& first_event,
              const job::Uuid& second_event, Subjects& to);

    /// `transaction`: how the ledger names the hold, if it is done. Verdict::not_found if the
    /// transfer does not wait for a hold (any more): nothing is put.
    job::Verdict decide(const store::View& view, store::Draft& draft,
                        transfers::Confirmation confirmation, const job::Uuid& transaction);

    /// After decide(): calls `each` with the id of every event that was put.
    template <class Each>
    void for_each_event(Each each) const {
        for (std::size_t at = 0; at < event_count_; ++at) {
            each(events_[at].id());
        }
    }

  private:
    void undo(const store::View& view, store::Draft& draft, const transfers::Transfer& transfer);
    void tell(const store::View& view, store::Draft& draft, const transfers::Transfer& transfer,
              transfers::Event event);

    const transfers::Zone zone_;
    job::Uuid id_;
    std::size_t subject_ = 0;
    std::optional<std::size_t> initiation_;
    std::array<std::optional<std::size_t>, transfers::scope_count> counters_;
    std::array<EventAct, 2> events_;
    std::size_t event_count_ = 0;
    std::string bytes_;
};

}  // namespace belay::http
