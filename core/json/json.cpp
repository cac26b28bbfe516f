#include "core/json/json.hpp"

#include <array>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/system/system_error.hpp>

#include "core/base/error.hpp"
#include "core/json/reader.hpp"

namespace belay {

std::string_view sentence_of(JsonFault fault) noexcept {
    switch (fault) {
        case JsonFault::unexpected_end:
            return "The JSON ends too early.";
        case JsonFault::unexpected_byte:
            return "There is a character that JSON does not allow here.";
        case JsonFault::trailing_bytes:
            return "Something follows the JSON value.";
        case JsonFault::invalid_utf8:
            return "A string is not UTF-8.";
        case JsonFault::control_in_string:
            return "A string holds a control character that is not escaped.";
        case JsonFault::invalid_escape:
            return "A string holds an escape that JSON does not have.";
        case JsonFault::lone_surrogate:
            return "A string holds half of a surrogate pair.";
        case JsonFault::invalid_number:
            return "A number is malformed.";
        case JsonFault::number_too_long:
            return "A number has too many digits.";
        case JsonFault::number_out_of_range:
            return "A number cannot be represented.";
        case JsonFault::too_deep:
            return "Arrays and objects are nested too deeply.";
        case JsonFault::too_many_values:
            return "There are too many values.";
        case JsonFault::name_too_long:
            return "A member's name is too long.";
        case JsonFault::nul_in_name:
            return "A member's name holds U+0000.";
        case JsonFault::duplicate_name:
            return "Two members of an object have the same name.";
    }
    return "The JSON is malformed.";
}

boost::system::result<boost::json::value, JsonError> parse_json(std::string_view text,
                                                                const JsonLimits& limits) {
    JsonReader reader(text, limits);
    boost::json::value value(boost::json::make_shared_resource<boost::json::monotonic_resource>());
    if (!reader.read(value)) {
        return reader.take_error();
    }
    return value;
}

void throw_exception_from_error(const JsonError& error, const boost::source_location& where) {
    boost::throw_exception(boost::system::system_error(make_error_code(Error::malformed),
                                                       std::string(sentence_of(error.fault))),
                           where);
}

}  // namespace belay
