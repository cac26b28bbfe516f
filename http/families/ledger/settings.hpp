// What of the ledger family is a setting, and the parts of the process that it works with.
#pragma once

#include <cstdint>
#include <optional>

#include "core/job/ids.hpp"
#include "core/work/agenda.hpp"

namespace belay::ledger_api {

struct Settings {
    /// Of a JSON body.
    std::uint64_t json_bytes_max = 1024 * 1024;
    /// `transfers.ledger`: a ledger that nobody has to make. It belongs to the organization that
    /// makes the first account in it.
    std::optional<job::Uuid> ledger;
};

/// Everything outlives the family.
struct Parts {
    work::Agenda& agenda;
};

}  // namespace belay::ledger_api
