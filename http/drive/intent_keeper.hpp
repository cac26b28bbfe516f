// Whoever looks after what is open at another ledger (http/drive/midaz/intent_driver.hpp).
#pragma once

#include "core/job/ids.hpp"

namespace belay::http {

class IntentKeeper {
  public:
    /// The transfer may have an open intent, durably: a hint. Thread-safe.
    virtual void look_after(const job::Uuid& transfer) noexcept = 0;

  protected:
    ~IntentKeeper() = default;
};

}  // namespace belay::http
