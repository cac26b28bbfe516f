// The query of GET /v2/core/events.
#include <algorithm>
#include <charconv>

#include "core/batches/job_id.hpp"
#include "http/families/core_events/parse.hpp"
#include "http/wire/query.hpp"

namespace belay::core_events {
namespace {

using v2::invalid;
using v2::Refusal;

constexpr std::size_t types_max = 20;

/// created[gt], [gte], [lt], [lte]: to bounds that are in.
std::optional<Refusal> take_created(const wire::QueryParameter& each, EventFilter& to) {
    const result<WallTime> time = parse_rfc3339(each.value);
    if (!time) {
        return invalid(each.name, each.name + " must be a time like 2026-11-22T19:04:05.000Z.");
    }
    const auto raise = [&](WallTime bound) { to.from = std::max(to.from.value_or(bound), bound); };
    const auto lower = [&](WallTime bound) {
        to.until = std::min(to.until.value_or(bound), bound);
    };
    if (each.name == "created[gt]") {
        raise(*time + Milliseconds(1));
    } else if (each.name == "created[gte]") {
        raise(*time);
    } else if (each.name == "created[lt]") {
        lower(*time - Milliseconds(1));
    } else if (each.name == "created[lte]") {
        lower(*time);
    } else {
        return invalid(each.name, "Received unknown parameter: " + each.name);
    }
    return std::nullopt;
}

std::optional<Refusal> take_limit(const wire::QueryParameter& each, std::size_t& to) {
    const char* end = each.value.data() + each.value.size();
    const auto read = std::from_chars(each.value.data(), end, to);
    if (read.ec != std::errc() || read.ptr != end || to < 1 || to > page_max) {
        return invalid(each.name, "limit must be an integer from 1 to 100.");
    }
    return std::nullopt;
}

/// An id that is none, and one of the other mode, is the id of nothing that there are events of.
void take_object(std::string_view text, ListRequest& to) {
    const result<job::Uuid> job = batches::parse_job_id(text);
    const result<batches::ModeId> destination = batches::parse_destination_id(text);
    if (job) {
        to.page.filter.object = *job;
    } else if (destination) {
        to.page.filter.object = destination->id;
    } else {
        to.is_empty = true;
    }
}

/// One of a type that is never made filters the rest out all the same.
void take_type(std::string_view name, EventFilter& to) {
    const std::optional<batches::EventType> type = batches::event_type_of(name);
    to.types = to.types.value_or(0) | (type ? EventFilter::bit_of(*type) : 0U);
}

std::optional<Refusal> take_page(const wire::Query& query, ListRequest& to) {
    for (const wire::QueryParameter& each : query.parameters()) {
        if (each.name != "page" && each.name != "limit") {
            return invalid(each.name, "The filters of a page are those of the first one; " +
                                          each.name + " cannot be given with page.");
        }
    }
    result<EventPage> page = parse_page_token(*query.value("page"));
    if (!page) {
        return invalid("page", "page is not a token that a list of events gave.");
    }
    to.page = std::move(*page);
    return std::nullopt;
}

std::optional<Refusal> take_filter(const wire::QueryParameter& each, std::size_t& types,
                                   ListRequest& to) {
    if (each.name == "limit") {
        return take_limit(each, to.limit);
    }
    if (each.name == "object_id") {
        take_object(each.value, to);
        return std::nullopt;
    }
    if (is_element_of(each.name, "types")) {
        types += 1;
        take_type(each.value, to.page.filter);
        return types > types_max ? std::optional(invalid("types", "types can name at most 20."))
                                 : std::nullopt;
    }
    return take_created(each, to.page.filter);
}

}  // namespace

bool is_element_of(std::string_view name, std::string_view array) noexcept {
    if (!name.starts_with(array)) {
        return false;
    }
    name.remove_prefix(array.size());
    const bool is_indexed = name.size() >= 2 && name.front() == '[' && name.back() == ']';
    return name.empty() ||
           (is_indexed && name.size() <= 5 &&
            name.substr(1, name.size() - 2).find_first_not_of("0123456789") == name.npos);
}

std::optional<Refusal> parse_list(std::string_view text, ListRequest& to) {
    const result<wire::Query> query = wire::Query::parse(text);
    if (!query) {
        return invalid({}, "The query string cannot be read.");
    }
    if (query->value("page")) {
        if (auto refusal = take_page(*query, to)) {
            return refusal;
        }
    }
    std::size_t types = 0;
    for (const wire::QueryParameter& each : query->parameters()) {
        const bool is_once = !is_element_of(each.name, "types");
        if (is_once && query->repeated(each.name)) {
            return invalid(each.name, each.name + " came more than once.");
        }
        if (each.name == "page") {
            continue;
        }
        if (auto refusal = take_filter(each, types, to)) {
            return refusal;
        }
    }
    return std::nullopt;
}

}  // namespace belay::core_events
