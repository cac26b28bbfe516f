// One order on its way: which call is next, when, and when the outcome is known. A machine without
// I/O; its driver (connector.hpp) makes the calls and waits.
#pragma once

#include <cstdint>
#include <string>

#include "core/world/entropy.hpp"
#include "http/drive/midaz/calls.hpp"
#include "http/drive/midaz/ledger_port.hpp"
#include "http/drive/midaz/reading.hpp"

namespace belay::midaz {

struct Patience {
    /// What a call may take; what was not answered by then may still be carried out, for as long
    /// again.
    Milliseconds call_timeout = std::chrono::seconds(3);
    /// Before the second try; doubled with each further one.
    Milliseconds retry_delay{200};
    Milliseconds retry_delay_max = std::chrono::seconds(30);
    /// A transaction that was made and is not found is looked for so long.
    Milliseconds missing_max = std::chrono::minutes(1);
};

/// Not thread-safe.
class Errand {
  public:
    enum class Step : std::uint8_t {
        call,  ///< make call() now, then answered()
        wait,  ///< ask again at until()
        end,   ///< outcome() is final
    };

    /// `sender_alias`: if it is known already, else empty. The order, accounts and entropy outlive
    /// the errand.
    Errand(const http::LedgerOrder& order, const Accounts& accounts, const Patience& patience,
           std::string sender_alias, world::Entropy& entropy);

    Step next(world::MonotonicTime now);

    const Call& call() const noexcept { return call_; }
    world::MonotonicTime until() const noexcept { return not_before_; }
    const http::LedgerOutcome& outcome() const noexcept { return outcome_; }

    void answered(const Answer& answer, world::MonotonicTime now);

    /// hold: once it was looked up.
    const std::string& sender_alias() const noexcept { return sender_alias_; }

  private:
    enum class Stage : std::uint8_t { look_up, hold, move, read_back, ended };

    void after_look_up(const Reading& reading, world::MonotonicTime now);
    void after_hold(const Answer& answer, const Reading& reading, world::MonotonicTime now);
    void after_move(const Answer& answer, const Reading& reading, world::MonotonicTime now);
    void after_read_back(const Answer& answer, const Reading& reading, world::MonotonicTime now);
    void refuse_unless_in_doubt(http::LedgerOutcome::Kind kind, const Reading& reading,
                                world::MonotonicTime now);
    void missing(const Reading& reading, world::MonotonicTime now);
    void go(Stage stage);
    void end(http::LedgerOutcome::Kind kind);
    void back_off(const Answer& answer, world::MonotonicTime now);

    const http::LedgerOrder& order_;
    const Accounts& accounts_;
    const Patience patience_;
    world::Entropy& entropy_;
    std::string sender_alias_;
    Stage stage_;
    Call call_;
    http::LedgerOutcome outcome_;
    world::MonotonicTime not_before_{};
    unsigned tries_ = 0;
    /// hold: until then a call that was not answered may still arrive.
    world::MonotonicTime doubt_until_{};
    /// Since when the transaction is missing; the maximum if it is not.
    world::MonotonicTime missing_since_ = world::MonotonicTime::max();
    /// The call before the read back was waited for already.
    bool has_waited_ = false;
};

}  // namespace belay::midaz
