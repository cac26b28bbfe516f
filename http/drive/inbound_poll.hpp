// Fetches what the rail has for a tenant (POST /v1/transfers/ted-in/poll): each message becomes a
// transfer or meets the one that it made before, and is confirmed when that is durable.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/world/entropy.hpp"
#include "core/world/rail.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "http/drive/transfer_receive.hpp"

namespace belay::http {

/// One poll; on its lane's thread alone. Lives until its listener was told.
class InboundPoll final : private TransferReceive::Listener {
  public:
    /// The contract's: more is left for the next poll (transfers.md 2.5).
    static constexpr std::size_t messages_max = 50;

    /// Everything outlives it.
    struct Parts {
        store::Lane& lane;
        world::Entropy& entropy;
        world::Rail& rail;
        TransferInbox& inbox;
        EventFeed& events;
    };

    struct Settings {
        /// In which the accounts of the recipients are.
        job::Uuid ledger;
        ledger::Money fee{};
        transfers::Zone zone{};
    };

    class Listener {
      public:
        /// Once; from begin() or later. `made`: how many transfers there are now that were not.
        /// `status` is committed, or why the poll ended early; what is left comes again. This
        /// object may go when it returns.
        virtual void polled(std::size_t made, store::Status status) noexcept = 0;

      protected:
        ~Listener() = default;
    };

    InboundPoll(const Parts& parts, const Settings& settings, Listener& listener);
    InboundPoll(const InboundPoll&) = delete;
    InboundPoll& operator=(const InboundPoll&) = delete;

    void begin(const job::TenantId& tenant);

  private:
    void received(TransferReceive& operation) noexcept override;
    void next();
    job::Uuid new_id();

    const Parts parts_;
    const Settings settings_;
    Listener& listener_;
    std::vector<world::RailInbound> messages_;
    std::size_t at_ = 0;
    /// One after the other; kept to the end, as they may be inside of their done().
    std::vector<std::unique_ptr<TransferReceive>> operations_;
    std::size_t made_ = 0;
};

}  // namespace belay::http
