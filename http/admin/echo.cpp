#include "http/admin/echo.hpp"

#include <string_view>

#include "core/json/json.hpp"

namespace belay::admin {
namespace {

constexpr std::array<std::string_view, 1> prefixes{"/belay"};

}  // namespace

Echo::Echo(std::uint64_t json_bytes_max)
    : table_{http::Route{.method = wire::Method::post,
                         .pattern = "/belay/v1/echo",
                         .handle = http::buffered<&Echo::echo>,
                         .body_bytes_max = json_bytes_max,
                         .content = http::ContentRule::json}} {}

http::RouteFamily Echo::routes() {
    return {prefixes, table_, this, &errors_};
}

void Echo::echo(http::Exchange& exchange) {
    const auto value = parse_json(exchange.body());
    if (value.has_error()) {
        exchange.fail(http::Trouble::bad_request, sentence_of(value.error().fault));
        return;
    }
    exchange.respond(200, "application/json", exchange.body());
}

}  // namespace belay::admin
