#include "http/families/common/places.hpp"

namespace belay::http {

Places::Place::~Place() {
    if (places_ != nullptr) {
        places_->give_back(tenant_);
    }
}

Places::Place Places::take(const job::TenantId& tenant) {
    const std::lock_guard lock(mutex_);
    const auto mine = taken_by_.find(tenant);
    if (taken_ >= all_ || (mine != taken_by_.end() && mine->second >= of_tenant_)) {
        return {nullptr, tenant};
    }
    ++taken_by_[tenant];
    ++taken_;
    return {this, tenant};
}

void Places::give_back(const job::TenantId& tenant) noexcept {
    const std::lock_guard lock(mutex_);
    const auto mine = taken_by_.find(tenant);
    --taken_;
    if (--mine->second == 0) {
        taken_by_.erase(mine);
    }
}

}  // namespace belay::http
