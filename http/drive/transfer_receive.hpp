// A message of the rail that money has come in, as an operation of the store: makes the transfer,
// once for each control number, whoever hands the message out how often.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/transfers/hours.hpp"
#include "core/transfers/transfer.hpp"
#include "core/world/rail.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/subjects.hpp"
#include "store/store.hpp"

namespace belay::http {

class TransferReceive final : public store::Operation {
  public:
    class Listener {
      public:
        /// From done(); the operation lives until this returns.
        virtual void received(TransferReceive& operation) noexcept = 0;

      protected:
        ~Listener() = default;
    };

    struct Asked {
        world::RailInbound message{};
        /// In which the recipient's account is looked for.
        job::Uuid ledger{};
        /// Taken from what the recipient gets.
        ledger::Money fee{};
        // New ids, for what may be made.
        job::Uuid transfer;
        job::Uuid event;
    };

    enum class Outcome : std::uint8_t {
        made,
        duplicate,  ///< it was made before of an equal message
        differs,    ///< of another message with this control number: subscribers are told, and
                    ///< nothing else happens
        raced,      ///< it has just been made by another: an operation made anew finds it
    };

    /// Reads what the message is about; to be submitted to the same lane. `listener` outlives it,
    /// or is null. The message's texts are within the bounds of a transfer's.
    TransferReceive(store::Lane& lane, Asked asked, transfers::Zone zone, Listener* listener);

    void decide(const store::View& view, store::Draft& draft) override;
    void done(const store::Receipt& receipt) noexcept override;

    bool is_done() const noexcept { return is_done_; }

    // After done().

    const store::Receipt& receipt() const noexcept { return receipt_; }
    const world::RailInbound& message() const noexcept { return asked_.message; }

    /// Whether the log holds what the message says, or that it contradicts what the log holds.
    bool is_settled() const noexcept;
    /// Means something if the store could do it (committed, declined).
    Outcome outcome() const noexcept { return outcome_; }
    /// The transfer that the message made or met.
    const job::Uuid& transfer() const noexcept { return transfer_; }

    bool made_event() const noexcept {
        return made_event_ && receipt_.status == store::Status::committed;
    }
    const job::Uuid& event() const noexcept { return event_.id(); }

  private:
    transfers::Transfer make(WallTime now) const;
    void judge(const store::View& view, store::Draft& draft, const store::RecordView& standing);

    const Asked asked_;
    const transfers::Zone zone_;
    Listener* const listener_;
    job::Uuid recipient_;  ///< nil if the ledger has no such account
    job::Uuid transfer_;
    bool is_known_ = false;  ///< the control number was, when the records were named
    std::size_t inbound_subject_ = 0;
    std::size_t transfer_subject_ = 0;
    EventAct event_;
    Outcome outcome_ = Outcome::raced;
    bool made_event_ = false;
    store::Receipt receipt_;
    bool is_done_ = false;
    std::string bytes_;
};

}  // namespace belay::http
