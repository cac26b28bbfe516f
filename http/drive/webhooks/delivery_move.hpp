// What came of a delivery, as an operation of the store: the event, the endpoint's log of attempts
// and, when the delivery is given up, its dead letter, move together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/outbox/delivery_log.hpp"
#include "core/outbox/dispatch.hpp"
#include "core/outbox/event.hpp"
#include "core/outbox/schedule.hpp"
#include "store/operation.hpp"

namespace belay::webhooks {

/// How an errand ended.
struct Report {
    enum class Kind : std::uint8_t {
        attempt,   ///< it was sent, or could not be
        disabled,  ///< not tried: the endpoint takes nothing
        deleted,   ///< not tried: there is no such endpoint
    };

    Kind kind = Kind::attempt;
    // Of an attempt.
    outbox::Outcome outcome = outbox::Outcome::unreachable;
    /// Of the answer; 0: there was none.
    std::uint16_t status = 0;
    /// Why it was not delivered; at most outbox::failure_bytes_max.
    std::string failure{};
    std::optional<Milliseconds> retry_after{};
    WallTime begun{};
    Milliseconds took{};
    /// Whether a dead letter is left when it is given up. Batch jobs' events are kept to be listed,
    /// delivered or not, and need none.
    bool leaves_letter = true;
};

class DeliveryMove : public store::Operation {
  public:
    /// `schedule` outlives it. `letter` is a new id; `random` spreads the next try.
    DeliveryMove(const outbox::Errand& errand, Report report, const outbox::Schedule& schedule,
                 const job::Uuid& letter, std::uint32_t random);

    void decide(const store::View& view, store::Draft& draft) override;

    // After done(), if it was committed.

    /// When it is to be tried again; nullopt if nothing waits any more.
    const std::optional<WallTime>& next_try() const noexcept { return next_try_; }
    bool is_dead() const noexcept { return is_dead_; }

  private:
    void settle(outbox::Event& event, outbox::Delivery& delivery, const store::View& view,
                store::Draft& draft);
    std::optional<Milliseconds> next_wait(const outbox::Event& event,
                                          const outbox::Delivery& delivery, WallTime now) const;
    void put_letter(const outbox::Event& event, const outbox::Delivery& delivery, WallTime now,
                    store::Draft& draft);
    void put_attempt(const outbox::Event& event, const outbox::Delivery& delivery,
                     const store::View& view, store::Draft& draft);
    void disable(const store::View& view, store::Draft& draft);

    const outbox::Errand errand_;
    const Report report_;
    const outbox::Schedule& schedule_;
    const std::uint32_t random_;
    std::size_t endpoint_subject_ = 0;
    std::optional<WallTime> next_try_;
    bool is_dead_ = false;
    std::string bytes_;
};

}  // namespace belay::webhooks
