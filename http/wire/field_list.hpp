// A comma-separated list in a field (RFC 9110 5.6.1) over all lines on which the field came (5.3).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "http/wire/chars.hpp"
#include "http/wire/request_head.hpp"

namespace belay::wire {

/// Calls `take` with each element of `value`, blanks trimmed; empty elements too. Commas within
/// quoted strings divide as well: not for fields whose elements may hold one.
template <class Take>
void for_each_element(std::string_view value, Take&& take) {
    while (true) {
        const std::size_t size = std::min(value.find(','), value.size());
        take(trim_blanks(value.substr(0, size)));
        if (size == value.size()) {
            return;
        }
        value.remove_prefix(size + 1);
    }
}

/// The same over every line of the field `name`, in order.
template <class Take>
void for_each_element(const RequestHead& head, FieldName name, Take&& take) {
    if (!head.has(name)) {
        return;
    }
    for (std::size_t at = 0; at < head.field_count(); ++at) {
        const Field field = head.field(at);
        if (field.known == name) {
            for_each_element(field.value, take);
        }
    }
}

}  // namespace belay::wire
