#include "http/families/transfers/errors.hpp"

#include <algorithm>
#include <array>

#include "core/base/json_text.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::transfer_api {
namespace {

constexpr std::array<std::pair<Place, std::string_view>, 4> places{
    {{Place::fields, "fields"},
     {Place::headers, "headers"},
     {Place::paths, "paths"},
     {Place::query_params, "queryParams"}}};

constexpr std::array own_kinds{errors::unauthorized, errors::forbidden, errors::too_many_requests,
                               errors::unexpected, errors::unavailable};

}  // namespace

void Details::add(Place place, std::string_view name, std::string_view text) {
    std::string json;
    append_json_string(json, text);
    add_json(place, name, std::move(json));
}

void Details::add_json(Place place, std::string_view name, std::string json) {
    all_.push_back({place, std::string(name), std::move(json)});
}

ErrorKind kind_of_status(int status) noexcept {
    const auto own = std::find_if(own_kinds.begin(), own_kinds.end(),
                                  [&](const ErrorKind& kind) { return kind.status == status; });
    if (own != own_kinds.end()) {
        return *own;
    }
    return {status, "BTF-0001", "Invalid Input", "The request cannot be served."};
}

void render_error(const ErrorKind& kind, std::string_view message, const Details& details,
                  std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object().name("error").begin_object();
    json.member("code", kind.code).member("title", kind.title);
    json.member("message", message.empty() ? kind.message : message);
    for (const auto& [place, name] : places) {
        const bool is_told = std::any_of(
            details.all_.begin(), details.all_.end(),
            [&, wanted = place](const Details::Detail& each) { return each.place == wanted; });
        if (!is_told) {
            continue;
        }
        json.name(name).begin_object();
        for (const Details::Detail& detail : details.all_) {
            if (detail.place == place) {
                json.name(detail.name).raw(detail.json);
            }
        }
        json.end_object();
    }
    json.end_object().end_object();
}

}  // namespace belay::transfer_api
