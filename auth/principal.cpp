#include "auth/principal.hpp"

#include <algorithm>
#include <utility>

namespace belay::auth {

Scopes Scopes::listed(std::vector<std::string> names) {
    Scopes scopes;
    scopes.names_ = std::make_shared<const std::vector<std::string>>(std::move(names));
    return scopes;
}

bool Scopes::has(std::string_view scope) const noexcept {
    if (!names_) {
        return scope != admin;
    }
    return std::find(names_->begin(), names_->end(), scope) != names_->end();
}

}  // namespace belay::auth
