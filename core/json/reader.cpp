#include "core/json/reader.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace belay {
namespace json = boost::json;
namespace {

constexpr bool is_digit(char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

/// RFC 8259 section 2.
constexpr bool is_blank(char byte) noexcept {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

}  // namespace

bool JsonReader::read(json::value& value) {
    skip_blanks();
    if (!read_value(value)) {
        return false;
    }
    skip_blanks();
    return at_end() || fail(JsonFault::trailing_bytes, at_);
}

JsonError JsonReader::take_error() {
    JsonError error{fault_, fault_offset_, {}};
    for (const Step& step : path_) {
        error.pointer.push_back('/');
        if (!step.in_object) {
            error.pointer += std::to_string(step.index);
            continue;
        }
        for (const char byte : step.name) {
            if (byte == '~' || byte == '/') {
                error.pointer += byte == '~' ? "~0" : "~1";
            } else {
                error.pointer.push_back(byte);
            }
        }
    }
    return error;
}

bool JsonReader::fail(JsonFault fault, std::size_t offset) noexcept {
    fault_ = fault;
    fault_offset_ = offset;
    return false;
}

bool JsonReader::fail_here() noexcept {
    return fail(at_end() ? JsonFault::unexpected_end : JsonFault::unexpected_byte, at_);
}

void JsonReader::skip_blanks() noexcept {
    while (!at_end() && is_blank(text_[at_])) {
        ++at_;
    }
}

bool JsonReader::read_value(json::value& value) {
    if (at_end()) {
        return fail_here();
    }
    if (++values_ > limits_.values_max) {
        return fail(JsonFault::too_many_values, at_);
    }
    switch (text_[at_]) {
        case '{':
            return read_object(value);
        case '[':
            return read_array(value);
        case '"': {
            std::string_view string;
            if (!read_string(string)) {
                return false;
            }
            value.emplace_string().assign(string);
            return true;
        }
        case 't':
            value = true;
            return read_literal("true");
        case 'f':
            value = false;
            return read_literal("false");
        case 'n':
            value = nullptr;
            return read_literal("null");
        default:
            return read_number(value);
    }
}

bool JsonReader::read_object(json::value& value) {
    if (path_.size() == limits_.depth_max) {
        return fail(JsonFault::too_deep, at_);
    }
    json::object& object = value.emplace_object();
    ++at_;
    skip_blanks();
    if (next_is('}')) {
        ++at_;
        return true;
    }
    while (true) {
        if (!read_member(object)) {
            return false;
        }
        skip_blanks();
        if (next_is('}')) {
            ++at_;
            return true;
        }
        if (!next_is(',')) {
            return fail_here();
        }
        ++at_;
        skip_blanks();
    }
}

bool JsonReader::read_member(json::object& object) {
    const std::size_t begin = at_;
    std::string_view name;
    if (!next_is('"')) {
        return fail_here();
    }
    if (!read_string(name)) {
        return false;
    }
    if (name.size() > limits_.name_bytes_max) {
        return fail(JsonFault::name_too_long, begin);
    }
    if (name.find('\0') != std::string_view::npos) {
        return fail(JsonFault::nul_in_name, begin);
    }
    const auto [member, inserted] = object.emplace(name, nullptr);
    path_.push_back({member->key(), 0, true});
    if (!inserted) {
        return fail(JsonFault::duplicate_name, begin);
    }
    skip_blanks();
    if (!next_is(':')) {
        return fail_here();
    }
    ++at_;
    skip_blanks();
    // The object does not change while its member is read, so the member stays where it is.
    if (!read_value(member->value())) {
        return false;
    }
    path_.pop_back();
    return true;
}

bool JsonReader::read_array(json::value& value) {
    if (path_.size() == limits_.depth_max) {
        return fail(JsonFault::too_deep, at_);
    }
    json::array& array = value.emplace_array();
    ++at_;
    skip_blanks();
    if (next_is(']')) {
        ++at_;
        return true;
    }
    while (true) {
        path_.push_back({{}, array.size(), false});
        if (!read_value(array.emplace_back(nullptr))) {
            return false;
        }
        path_.pop_back();
        skip_blanks();
        if (next_is(']')) {
            ++at_;
            return true;
        }
        if (!next_is(',')) {
            return fail_here();
        }
        ++at_;
        skip_blanks();
    }
}

bool JsonReader::read_string(std::string_view& string) {
    const std::size_t begin = at_ + 1;
    std::size_t size = 0;
    if (const auto fault = read_json_string(text_.substr(begin), scratch_, string, size)) {
        return fail(fault->fault, begin + fault->offset);
    }
    at_ = begin + size;
    return true;
}

bool JsonReader::read_literal(std::string_view literal) {
    for (const char byte : literal) {
        if (!next_is(byte)) {
            return fail_here();
        }
        ++at_;
    }
    return true;
}

bool JsonReader::skip_digits() noexcept {
    const std::size_t begin = at_;
    while (!at_end() && is_digit(text_[at_])) {
        ++at_;
    }
    return at_ > begin;
}

/// [ "-" ] int [ frac ] [ exp ]
bool JsonReader::read_number(json::value& value) {
    const std::size_t begin = at_;
    if (next_is('-')) {
        ++at_;
    } else if (!is_digit(text_[at_])) {
        return fail_here();
    }
    const std::size_t integer = at_;
    if (!skip_digits() || (text_[integer] == '0' && at_ - integer > 1)) {
        return fail(JsonFault::invalid_number, begin);
    }
    bool is_integer = true;
    if (next_is('.')) {
        ++at_;
        is_integer = false;
        if (!skip_digits()) {
            return fail(JsonFault::invalid_number, begin);
        }
    }
    if (next_is('e') || next_is('E')) {
        ++at_;
        is_integer = false;
        if (next_is('+') || next_is('-')) {
            ++at_;
        }
        if (!skip_digits()) {
            return fail(JsonFault::invalid_number, begin);
        }
    }
    const std::string_view digits = text_.substr(begin, at_ - begin);
    if (digits.size() > limits_.number_bytes_max) {
        return fail(JsonFault::number_too_long, begin);
    }
    const bool fits = is_integer ? read_integer(digits, value) : read_double(digits, value);
    return fits || fail(JsonFault::number_out_of_range, begin);
}

bool JsonReader::read_integer(std::string_view digits, json::value& value) {
    const char* const end = digits.data() + digits.size();
    std::int64_t with_sign = 0;
    if (std::from_chars(digits.data(), end, with_sign).ec == std::errc()) {
        value = with_sign;
        return true;
    }
    std::uint64_t without_sign = 0;
    if (digits.front() == '-' ||
        std::from_chars(digits.data(), end, without_sign).ec != std::errc()) {
        return false;
    }
    value = without_sign;
    return true;
}

bool JsonReader::read_double(std::string_view digits, json::value& value) {
    double number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc() || !std::isfinite(number)) {
        return false;
    }
    // Standard libraries differ on whether a number too small for a double is an error or zero.
    const std::string_view mantissa = digits.substr(0, digits.find_first_of("eE"));
    if (number == 0 && mantissa.find_first_of("123456789") != std::string_view::npos) {
        return false;
    }
    value = number;
    return true;
}

}  // namespace belay
