#include "http/families/webhooks/family.hpp"

#include <array>

namespace belay::webhook_api {
namespace {

constexpr std::array<std::string_view, 1> prefixes{"/v1/webhooks"};

}  // namespace

Family::Family(const Settings&, const Parts&) {}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

}  // namespace belay::webhook_api
