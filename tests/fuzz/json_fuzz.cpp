// Any bytes as a JSON body:
//  - what is accepted, Boost.JSON accepts too, as an equal value (but for zeros of huge exponent);
//  - what Boost.JSON accepts and belay refuses is refused for a reason that is a bound or a rule of
//    belay's own, never as a matter of grammar;
//  - what was read, written and read again is the same value, and its text a fixed point;
//  - an error's place lies within the body.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "core/base/check.hpp"
#include "core/json/json.hpp"
#include "http/wire/json_writer.hpp"

namespace {

using namespace belay;

bool is_own_rule(JsonFault fault) {
    switch (fault) {
        case JsonFault::number_too_long:
        case JsonFault::number_out_of_range:
        case JsonFault::too_deep:
        case JsonFault::too_many_values:
        case JsonFault::name_too_long:
        case JsonFault::nul_in_name:
        case JsonFault::duplicate_name:
            return true;
        default:
            return false;
    }
}

/// Equal, but for the last digit of doubles: Boost 1.81 does not round correctly.
bool same(const boost::json::value& left, const boost::json::value& right) {
    if (left.is_double() && right.is_double()) {
        const double one = left.get_double();
        const double other = right.get_double();
        return one == other || std::abs(one - other) <= 1e-14 * std::abs(one) ||
               std::abs(one) < 1e-300;
    }
    if (left.is_array() && right.is_array()) {
        const auto& ones = left.get_array();
        const auto& others = right.get_array();
        bool equal = ones.size() == others.size();
        for (std::size_t at = 0; equal && at < ones.size(); ++at) {
            equal = same(ones[at], others[at]);
        }
        return equal;
    }
    if (left.is_object() && right.is_object()) {
        const auto& others = right.get_object();
        bool equal = left.get_object().size() == others.size();
        for (const auto& member : left.get_object()) {
            equal = equal && others.contains(member.key()) &&
                    same(member.value(), others.at(member.key()));
        }
        return equal;
    }
    return left == right;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    const auto parsed = parse_json(body);
    boost::json::error_code boost_error;
    const auto other = boost::json::parse(body, boost_error);
    if (parsed.has_error()) {
        check(parsed.error().offset <= size, "an error's place lies within the body");
        check(boost_error.failed() || is_own_rule(parsed.error().fault),
              "valid JSON is refused for belay's own rules only");
        return 0;
    }
    if (boost_error == boost::json::error::exponent_overflow) {
        return 0;  // "0e99999999999" is zero; Boost.JSON gives up on the exponent.
    }
    check(!boost_error.failed(), "Boost.JSON accepts what belay accepts");
    check(same(*parsed, other), "Boost.JSON reads the same value");

    std::string once;
    wire::JsonWriter(once).value(*parsed);
    JsonLimits no_number_limit;
    no_number_limit.number_bytes_max = size + 64;
    const auto again = parse_json(once, no_number_limit);
    check(again.has_value(), "what is written can be read");
    std::string twice;
    wire::JsonWriter(twice).value(*again);
    check(once == twice, "writing what was read changes nothing");
    return 0;
}
