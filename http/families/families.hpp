// All families, in one list. A new one is a folder and a line here.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "http/drive/housekeeper.hpp"
#include "http/families/export_jobs/settings.hpp"
#include "http/server/router.hpp"
#include "store/schema.hpp"

namespace belay::families {

/// What each family is built from.
struct Settings {
    export_jobs::Settings export_jobs;
};

struct Parts {
    export_jobs::Parts export_jobs;
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
