#include "http/wire/json_writer.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "core/base/check.hpp"
#include "core/base/json_text.hpp"

namespace belay::wire {
namespace {

constexpr std::size_t number_bytes_max = 32;  // the longest shortest double has 24

/// Of a name, or of a name and a text: pieces up to here are put together on the stack.
constexpr std::size_t short_bytes_max = 92;
constexpr std::size_t around_name = 4;  // the comma, the quotes and the colon
constexpr std::size_t around_text = 2;

void append(std::string& to, const char* begin, const char* end) {
    to.append(begin, static_cast<std::size_t>(end - begin));
}

template <class Number>
void append_number(std::string& to, Number value) {
    char text[number_bytes_max];
    to.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

}  // namespace

void JsonWriter::begin_value() {
    if (name_open_) {
        name_open_ = false;
        return;
    }
    check(!in_object() && !is_complete(), "a JSON value has a place here");
    if (began_) {
        to_.push_back(',');
    }
    began_ = true;
}

void JsonWriter::open(char bracket, bool object) {
    begin_value();
    check(depth_ < depth_max, "JSON is not nested too deeply");
    to_.push_back(bracket);
    ++depth_;
    const std::uint64_t bit = std::uint64_t{1} << depth_;
    objects_ = object ? objects_ | bit : objects_ & ~bit;
    began_ = false;
}

void JsonWriter::close(char bracket, bool object) {
    check(depth_ > 0 && in_object() == object && !name_open_, "a JSON bracket closes its own kind");
    to_.push_back(bracket);
    --depth_;
    began_ = true;
}

JsonWriter& JsonWriter::begin_object() {
    open('{', true);
    return *this;
}

JsonWriter& JsonWriter::end_object() {
    close('}', true);
    return *this;
}

JsonWriter& JsonWriter::begin_array() {
    open('[', false);
    return *this;
}

JsonWriter& JsonWriter::end_array() {
    close(']', false);
    return *this;
}

char* JsonWriter::put_name(char* to, std::string_view name) const noexcept {
    if (began_) {
        *to++ = ',';
    }
    char* const end = put_plain_json_string(to, name);
    if (end == nullptr) {
        return nullptr;
    }
    *end = ':';
    return end + 1;
}

void JsonWriter::begin_name() {
    check(in_object() && !name_open_, "a JSON name stands in an object");
}

JsonWriter& JsonWriter::name(std::string_view name) {
    begin_name();
    std::array<char, short_bytes_max + around_name> piece;
    const char* end = name.size() <= short_bytes_max ? put_name(piece.data(), name) : nullptr;
    if (end != nullptr) {
        append(to_, piece.data(), end);
    } else {
        if (began_) {
            to_.push_back(',');
        }
        append_json_string(to_, name);
        to_.push_back(':');
    }
    began_ = true;
    name_open_ = true;
    return *this;
}

JsonWriter& JsonWriter::member(std::string_view name, std::string_view text) {
    begin_name();
    // Most members are short and plain: by way of the stack the string grows once, not six times.
    std::array<char, short_bytes_max + around_name + around_text> piece;
    if (name.size() + text.size() <= short_bytes_max) {
        char* end = put_name(piece.data(), name);
        if (end != nullptr && (end = put_plain_json_string(end, text)) != nullptr) {
            append(to_, piece.data(), end);
            began_ = true;
            return *this;
        }
    }
    return this->name(name).string(text);
}

JsonWriter& JsonWriter::string(std::string_view text) {
    begin_value();
    append_json_string(to_, text);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
    return raw("null");
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    begin_value();
    append_number(to_, value);
    return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t value) {
    begin_value();
    append_number(to_, value);
    return *this;
}

JsonWriter& JsonWriter::number(double value) {
    check(std::isfinite(value), "JSON has finite numbers only");
    begin_value();
    const std::size_t begin = to_.size();
    append_number(to_, value);
    // Without a fraction or an exponent it would read back as an integer, maybe one too large.
    if (to_.find_first_of(".e", begin) == std::string::npos) {
        to_.append(".0");
    }
    return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
    begin_value();
    to_.append(json);
    return *this;
}

JsonWriter& JsonWriter::value(const boost::json::value& value) {
    using boost::json::kind;
    switch (value.kind()) {
        case kind::null:
            return null();
        case kind::bool_:
            return boolean(value.get_bool());
        case kind::int64:
            return integer(value.get_int64());
        case kind::uint64:
            return unsigned_integer(value.get_uint64());
        case kind::double_:
            return number(value.get_double());
        case kind::string:
            return string(std::string_view(value.get_string()));
        case kind::array:
            begin_array();
            for (const boost::json::value& element : value.get_array()) {
                this->value(element);
            }
            return end_array();
        case kind::object:
            break;
    }
    begin_object();
    for (const auto& member : value.get_object()) {
        name(member.key()).value(member.value());
    }
    return end_object();
}

}  // namespace belay::wire
