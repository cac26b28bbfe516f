#include "http/families/transfers/family.hpp"

#include <array>

namespace belay::transfer_api {
namespace {

constexpr std::array<std::string_view, 1> prefixes{"/v1/transfers"};

}  // namespace

Family::Family(const Settings&, const Parts&) {}

http::RouteFamily Family::routes() {
    return {prefixes, routes_, this, &errors_};
}

}  // namespace belay::transfer_api
