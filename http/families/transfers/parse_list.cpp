// The filters, the page and the order of a list (transfers.md 2.3). A filter that is wrong is
// BTF-0002, the rest BTF-0001.
#include <charconv>

#include "http/families/transfers/parse.hpp"
#include "http/wire/query.hpp"

namespace belay::transfer_api {
namespace {

/// What is wrong, in the order of the parameters.
struct Faults {
    Details details;
    bool in_filter = false;
    bool elsewhere = false;

    void filter(std::string_view name, std::string_view what) {
        details.add(Place::query_params, name, what);
        in_filter = true;
    }

    void page(std::string_view name, std::string_view what) {
        details.add(Place::query_params, name, what);
        elsewhere = true;
    }
};

/// The value of the first of two names of one parameter, with the name that was used.
struct Named {
    std::string_view name;
    std::optional<std::string_view> value;
};

Named either(const wire::Query& query, std::string_view first, std::string_view second) {
    if (const auto value = query.value(first)) {
        return {first, value};
    }
    return {second, query.value(second)};
}

void take_time(const wire::Query& query, std::string_view first, std::string_view second,
               std::optional<WallTime>& to, Faults& faults) {
    const Named named = either(query, first, second);
    if (!named.value) {
        return;
    }
    const result<WallTime> time = parse_rfc3339(*named.value);
    if (!time) {
        faults.filter(named.name, "must be a time as in RFC 3339");
        return;
    }
    to = *time;
}

void take_amount(const wire::Query& query, std::string_view name, std::optional<ledger::Money>& to,
                 Faults& faults) {
    const auto text = query.value(name);
    if (!text) {
        return;
    }
    const result<ledger::Money> amount =
        ledger::parse_money(*text, ledger::scale_of(transfers::asset));
    if (!amount || *amount < amount_min || *amount > amount_max) {
        faults.filter(name, "must be an amount from 0.01 to 999999.99");
        return;
    }
    to = *amount;
}

void take_number(const wire::Query& query, std::string_view name, std::size_t least,
                 std::size_t most, std::string_view what, std::size_t& to, Faults& faults) {
    const auto text = query.value(name);
    if (!text) {
        return;
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < least ||
        number > most) {
        faults.page(name, what);
        return;
    }
    to = number;
}

void take_words(const wire::Query& query, ListRequest& to, Faults& faults) {
    if (const auto text = query.value("type")) {
        to.type = transfers::type_named(*text);
        if (!to.type) {
            faults.filter("type", "must be one of TED_OUT, TED_IN, P2P");
        }
    }
    if (const auto text = query.value("status")) {
        to.status = transfers::phase_named(*text);
        if (!to.status) {
            faults.filter("status",
                          "must be one of CREATED, PENDING, PROCESSING, COMPLETED, REJECTED, "
                          "FAILED, CANCELLED, RECEIVED");
        }
    }
    const Named order = either(query, "sortOrder", "sort");
    if (order.value && *order.value != "asc" && *order.value != "desc") {
        faults.page(order.name, "must be asc or desc");
    }
    to.is_ascending = order.value == "asc";
}

}  // namespace

bool ListRequest::wants(const transfers::Transfer& transfer, WallTime created) const noexcept {
    return (!type || transfer.type == *type) && (!status || transfer.phase == *status) &&
           (!from || created >= *from) && (!to || created <= *to) &&
           (!amount_from || transfer.amount >= *amount_from) &&
           (!amount_to || transfer.amount <= *amount_to);
}

std::optional<Refusal> parse_list(std::string_view text, ListRequest& to) {
    const result<wire::Query> query = wire::Query::parse(text);
    if (!query) {
        return Refusal{&errors::invalid_input, "The query cannot be read."};
    }
    Faults faults;
    if (const auto repeated = query->first_repeated()) {
        faults.page(*repeated, "must come once");
    }
    take_words(*query, to, faults);
    take_time(*query, "startDate", "fromDate", to.from, faults);
    take_time(*query, "endDate", "toDate", to.to, faults);
    take_amount(*query, "minAmount", to.amount_from, faults);
    take_amount(*query, "maxAmount", to.amount_to, faults);
    if (to.from && to.to && *to.to < *to.from) {
        faults.filter("endDate", "must not be before startDate");
    }
    if (to.amount_from && to.amount_to && *to.amount_to < *to.amount_from) {
        faults.filter("maxAmount", "must not be below minAmount");
    }
    take_number(*query, "limit", 1, page_max, "must be a number from 1 to 200", to.limit, faults);
    take_number(*query, "offset", 0, SIZE_MAX / 2, "must be a number of 0 or more", to.offset,
                faults);
    if (faults.details.empty()) {
        return std::nullopt;
    }
    const ErrorKind& kind =
        faults.in_filter && !faults.elsewhere ? errors::invalid_filter : errors::invalid_input;
    return Refusal{&kind, {}, std::move(faults.details)};
}

}  // namespace belay::transfer_api
