#include "http/families/ledger/family.hpp"

#include <array>

namespace belay::ledger_api {
namespace {

constexpr std::array<std::string_view, 1> prefixes{"/v1/organizations"};

}  // namespace

Family::Family(const Settings&, const Parts&) {}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

}  // namespace belay::ledger_api
