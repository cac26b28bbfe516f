// Sends events to the endpoints that wait for them and logs what came of it (design 7): at least
// once, the events of a job one after the other, signed, by the schedule. It acts on durable facts
// only; what a process leaves unsent, the next one finds and sends.
#pragma once

#include <functional>
#include <optional>

#include "core/outbox/dispatch.hpp"
#include "core/outbox/endpoint.hpp"
#include "core/outbox/event.hpp"
#include "core/outbox/schedule.hpp"
#include "core/run/event.hpp"
#include "core/run/gate.hpp"
#include "core/run/shard.hpp"
#include "core/run/turn.hpp"
#include "core/world/entropy.hpp"
#include "http/client/client.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/webhooks/delivery_move.hpp"
#include "http/drive/webhooks/message.hpp"
#include "store/store.hpp"

namespace belay::webhooks {

struct SenderSettings {
    outbox::Schedule schedule = outbox::Schedule::usual();
    outbox::Dispatch::Bounds bounds;
};

/// On one shard of its own. Its memory: some 250 bytes for a delivery that waits, a few buffers for
/// one that is under way.
class Sender final : private run::Turn {
  public:
    /// What it works with; everything outlives it.
    struct Parts {
        run::Shard& shard;
        store::Lane& lane;  ///< the shard's
        http::EventFeed& feed;
        client::Client& client;
        world::Entropy& entropy;
    };

    /// Before the shard runs.
    Sender(const Parts& parts, const SenderSettings& settings);
    /// stop() has been called and has called back.
    ~Sender() = default;

    /// On the shard's thread. Looks through the store first.
    void start();

    /// Begins nothing new, and calls `when_idle` when nothing is under way. What was sent and whose
    /// outcome is not logged yet is sent again by the next process.
    void stop(std::function<void()> when_idle);

    // On the shard's thread.

    std::size_t waiting() const noexcept { return dispatch_.waiting(); }
    std::size_t in_flight() const noexcept { return dispatch_.in_flight(); }

  private:
    class Tick final : public run::Deadline {
      public:
        explicit Tick(Sender& sender) noexcept : sender_(sender) {}

      private:
        void expired() override { sender_.work_.set(); }
        Sender& sender_;
    };

    /// Waits for one operation.
    class Move;

    // run::Turn
    void end_turn() noexcept override;
    bool about_to_block() noexcept override { return parts_.feed.about_to_sleep(); }
    void woke() noexcept override { parts_.feed.woke(); }

    run::task<> work();
    run::task<> deliver(outbox::Errand errand);
    run::task<> log(const outbox::Errand& errand, const Report& report);

    void survey();
    void learn(const job::Uuid& event);
    void note(const job::Uuid& id, const outbox::Event& event);
    void begin_what_is_due();
    bool is_first(const outbox::Errand& errand);
    /// Makes the message; without one, gives what is to be reported in place of an attempt.
    Report prepare(const outbox::Errand& errand, std::optional<Message>& message);
    static Report report_of(const client::Outcome& outcome);

    const Parts parts_;
    const SenderSettings settings_;
    run::DeadlineClass& short_ticks_;
    run::DeadlineClass& long_ticks_;
    Tick tick_{*this};
    run::Gate gate_;
    run::Event work_;
    outbox::Dispatch dispatch_;
    bool stopping_ = false;
};

}  // namespace belay::webhooks
