// What a transfer waits for, as far as it is the program's to do: decided here, carried out by the
// driver (http/drive/transfer_driver.hpp).
#pragma once

#include <cstdint>

#include "core/base/time.hpp"
#include "core/transfers/transfer.hpp"

namespace belay::transfers {

struct Pace {
    /// How long a confirmed transfer stays CREATED, and so cancellable whatever its type.
    Milliseconds submit_delay{};
    /// How long one that needs no rail (P2P, TED_IN) stays PROCESSING.
    Milliseconds settle_delay{};
};

struct Step {
    enum class Kind : std::uint8_t {
        none,  ///< it has ended
        wait,  ///< nothing before `due`
        ask,   ///< `ask`, now
        send,  ///< tell the rail (again): it has its say when it likes
    };

    Kind kind = Kind::none;
    Ask ask = Ask::submit;
    WallTime due{};

    friend bool operator==(const Step&, const Step&) = default;
};

Step next_step(const Transfer& transfer, const Pace& pace, WallTime now);

}  // namespace belay::transfers
