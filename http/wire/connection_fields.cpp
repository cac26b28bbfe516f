#include "http/wire/connection_fields.hpp"

#include "http/wire/chars.hpp"
#include "http/wire/field_list.hpp"

namespace belay::wire {

bool wants_keep_alive(const RequestHead& head) noexcept {
    bool close = false;
    bool keep_alive = false;
    for_each_element(head, FieldName::connection, [&](std::string_view option) {
        close = close || equals_ignoring_case(option, "close");
        keep_alive = keep_alive || equals_ignoring_case(option, "keep-alive");
    });
    return !close && (keep_alive || head.version() == Version::http_1_1);
}

Expectation expectation_of(const RequestHead& head) noexcept {
    if (!head.has(FieldName::expect) || head.version() == Version::http_1_0) {
        return Expectation::none;
    }
    auto expectation = Expectation::none;
    for_each_element(head, FieldName::expect, [&](std::string_view element) {
        if (equals_ignoring_case(element, "100-continue")) {
            expectation =
                expectation == Expectation::none ? Expectation::continue_100 : expectation;
        } else if (!element.empty()) {
            expectation = Expectation::unknown;
        }
    });
    return expectation;
}

}  // namespace belay::wire
