// What of the ledger family is a setting, and the parts of the process that it works with.
#pragma once

#include <cstdint>

#include "core/work/agenda.hpp"

namespace belay::ledger_api {

struct Settings {
    /// Of a JSON body.
    std::uint64_t json_bytes_max = 1024 * 1024;
};

/// Everything outlives the family.
struct Parts {
    work::Agenda& agenda;
};

}  // namespace belay::ledger_api
