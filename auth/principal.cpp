#include "auth/principal.hpp"

#include <algorithm>

namespace belay::auth {

Scopes Scopes::listed(std::vector<std::string> names) {
    Scopes scopes;
    scopes.listed_ = true;
    scopes.names_ = std::move(names);
    return scopes;
}

bool Scopes::has(std::string_view scope) const noexcept {
    if (!listed_) {
        return scope != admin;
    }
    return std::find(names_.begin(), names_.end(), scope) != names_.end();
}

}  // namespace belay::auth
