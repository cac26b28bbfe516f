// Strict JSON (RFC 8259, and the bounds of reliability 6.2): the only reader of JSON that comes
// from outside, for request bodies as for tokens and keys (RFC 8725 section 3.7, RFC 7515 section
// 4).
//
// Boost.JSON's own parser lets through what two readers take differently: of two members of one
// name the last wins, 1e999 is infinity, large integers lose digits. This parser fills Boost.JSON's
// value and refuses all of these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>
#include <boost/system/result.hpp>

#include "core/base/limits.hpp"

namespace belay {

enum class JsonFault : std::uint8_t {
    unexpected_end,
    unexpected_byte,  ///< no token of JSON, or one that has no place there; a BOM too
    trailing_bytes,   ///< something follows the value
    invalid_utf8,
    control_in_string,  ///< a byte below 0x20 that is not escaped
    invalid_escape,
    lone_surrogate,  ///< \ud800 to \udfff not in a pair
    invalid_number,
    number_too_long,
    number_out_of_range,  ///< an integer beyond int64 and uint64, or no finite double, or one
                          ///< that is not zero and would become zero
    too_deep,
    too_many_values,
    name_too_long,
    nul_in_name,
    duplicate_name,
};

/// One sentence for a person.
std::string_view sentence_of(JsonFault fault) noexcept;

struct JsonError {
    JsonFault fault;
    std::size_t offset;   ///< bytes from the text's begin to what is wrong
    std::string pointer;  ///< RFC 6901: the value that holds it; of a duplicate, the member
};

struct JsonLimits {
    std::size_t depth_max = limits::json_depth_max;  ///< open arrays and objects
    std::size_t values_max = limits::json_values_max;
    std::size_t name_bytes_max = limits::json_name_bytes_max;  ///< after unescaping
    std::size_t number_bytes_max = limits::json_number_bytes_max;
};

/// The value of `text`, which is one JSON text. Memory comes from a monotonic resource that the
/// value keeps alive, and is bounded by the text's size and `values_max`.
/// Numbers without fraction and exponent are int64, or uint64 above its maximum ("-0" is 0); others
/// are double. Strings may hold U+0000; names may not.
boost::system::result<boost::json::value, JsonError> parse_json(std::string_view text,
                                                                const JsonLimits& limits = {});

[[noreturn]] void throw_exception_from_error(const JsonError& error,
                                             const boost::source_location& where);

}  // namespace belay
