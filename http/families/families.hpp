// All families, in one list. A new one is a folder and a line here.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "http/drive/housekeeper.hpp"
#include "http/drive/simulated_rail.hpp"
#include "http/families/batch_jobs/settings.hpp"
#include "http/families/core_events/settings.hpp"
#include "http/families/export_jobs/settings.hpp"
#include "http/families/ledger/settings.hpp"
#include "http/families/transfers/settings.hpp"
#include "http/families/webhooks/settings.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::families {

/// What each family is built from.
struct Settings {
    export_jobs::Settings export_jobs;
    batch_jobs::Settings batch_jobs;
    core_events::Settings core_events;
    /// Unset: another ledger holds the money, and what the embedded one holds is nobody's.
    std::optional<ledger_api::Settings> ledger;
    transfer_api::Settings transfers;
    webhook_api::Settings webhooks;
};

struct Parts {
    export_jobs::Parts export_jobs;
    batch_jobs::Parts batch_jobs;
    ledger_api::Parts ledger;
    transfer_api::Parts transfers;
    webhook_api::Parts webhooks;
    /// If it is the rail of the transfers: then it can be fed over HTTP.
    http::SimulatedRail* simulated_rail = nullptr;
};

class Families {
  public:
    /// Everything in `parts` outlives it.
    Families(const Settings& settings, const Parts& parts);
    ~Families();

    /// Valid as long as this.
    std::vector<http::RouteFamily> routes();
    std::vector<http::Chores*> chores();

  private:
    struct Members;
    std::unique_ptr<Members> members_;
};

/// The records of all families. No two have a number in common (checked).
store::Schema schema();

}  // namespace belay::families
