#include "http/drive/batches/params.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <boost/json/basic_parser_impl.hpp>

#include "core/base/check.hpp"
#include "core/base/json_text.hpp"

namespace belay::batch_drive {
namespace {

namespace json = boost::json;

/// Room for any number: a double written out has at most 309 digits before its point, or 17 of
/// precision behind some 324 zeros.
constexpr std::size_t number_bytes_max = 352;

template <class Number, class... Format>
void append_number(Number number, std::string& to, Format... format) {
    std::array<char, number_bytes_max> text;
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), number, format...);
    check(error == std::errc(), "there is room for every number");
    to.append(text.data(), end);
}

/// The shortest text that is this number, and not an integer's: whoever asks for a fraction may
/// tell them apart.
void append_json_double(double number, std::string& to) {
    const std::size_t begin = to.size();
    append_number(number, to);
    if (to.find_first_of(".e", begin) == std::string::npos) {
        to += ".0";
    }
}

/// RFC 3986 2.3.
bool is_unreserved(char character) noexcept {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '.' ||
           character == '_' || character == '~';
}

void append_encoded(std::string_view text, std::string& to) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char character : text) {
        if (is_unreserved(character)) {
            to += character;
            continue;
        }
        const auto octet = static_cast<unsigned char>(character);
        to += '%';
        to += digits[octet >> 4U];
        to += digits[octet & 15U];
    }
}

/// Writes the fields of one form.
class FormWriter {
  public:
    FormWriter(Brackets brackets, std::string& to)
        : open_(brackets == Brackets::plain ? "[" : "%5B"),
          close_(brackets == Brackets::plain ? "]" : "%5D"),
          to_(to),
          begin_(to.size()) {}

    bool write(const json::object& params) {
        for (const auto& [name, value] : params) {
            name_.clear();
            append_encoded(name, name_);
            write(value);
        }
        return !is_too_long();
    }

  private:
    bool is_too_long() const noexcept { return to_.size() - begin_ > params_bytes_max; }

    /// The recursion is as deep as the value, which its reader has bounded.
    void write(const json::value& value) {
        if (is_too_long()) {
            return;
        }
        if (value.is_object()) {
            for (const auto& [name, member] : value.get_object()) {
                write_member(name, member);
            }
        } else if (value.is_array() && !value.get_array().empty()) {
            std::size_t index = 0;
            for (const json::value& element : value.get_array()) {
                write_member(std::to_string(index), element);
                ++index;
            }
        } else {
            write_field(value);
        }
    }

    void write_member(std::string_view name, const json::value& value) {
        const std::size_t outer = name_.size();
        name_ += open_;
        append_encoded(name, name_);
        name_ += close_;
        write(value);
        name_.resize(outer);
    }

    void write_field(const json::value& value) {
        if (to_.size() != begin_) {
            to_ += '&';
        }
        to_.append(name_).append("=");
        switch (value.kind()) {
            case json::kind::bool_:
                to_ += value.get_bool() ? "true" : "false";
                break;
            case json::kind::int64:
                append_number(value.get_int64(), to_);
                break;
            case json::kind::uint64:
                append_number(value.get_uint64(), to_);
                break;
            case json::kind::double_:
                append_number(value.get_double(), to_, std::chars_format::fixed);
                break;
            case json::kind::string:
                append_encoded(value.get_string(), to_);
                break;
            case json::kind::null:
            case json::kind::array:  // empty
            case json::kind::object:
                break;
        }
    }

    const std::string_view open_;
    const std::string_view close_;
    std::string& to_;
    const std::size_t begin_;
    std::string name_;  ///< of the field, encoded, as deep as the value is nested
};

/// Takes every text that is JSON.
struct AnyJson {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using Code = boost::system::error_code;

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return true; }
    bool on_object_end(std::size_t, Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_key_part(json::string_view, std::size_t, Code&) { return true; }
    bool on_key(json::string_view, std::size_t, Code&) { return true; }
    bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
    bool on_string(json::string_view, std::size_t, Code&) { return true; }
    bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
    bool on_double(double, json::string_view, Code&) { return true; }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }
};

bool is_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 128;
    json::basic_parser<AnyJson> parser(options);
    boost::system::error_code error;
    const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
    return !error && parser.done() && taken == text.size();
}

}  // namespace

void append_json(const json::value& value, std::string& to) {
    switch (value.kind()) {
        case json::kind::null:
            to += "null";
            return;
        case json::kind::bool_:
            to += value.get_bool() ? "true" : "false";
            return;
        case json::kind::int64:
            append_number(value.get_int64(), to);
            return;
        case json::kind::uint64:
            append_number(value.get_uint64(), to);
            return;
        case json::kind::double_:
            append_json_double(value.get_double(), to);
            return;
        case json::kind::string:
            append_json_string(to, value.get_string());
            return;
        case json::kind::array: {
            char before = '[';
            for (const json::value& element : value.get_array()) {
                to += std::exchange(before, ',');
                append_json(element, to);
            }
            to += value.get_array().empty() ? "[]" : "]";
            return;
        }
        case json::kind::object: {
            char before = '{';
            for (const auto& [name, member] : value.get_object()) {
                to += std::exchange(before, ',');
                append_json_string(to, name);
                to += ':';
                append_json(member, to);
            }
            to += value.get_object().empty() ? "{}" : "}";
            return;
        }
    }
}

bool append_form(const json::object& params, Brackets brackets, std::string& to) {
    return FormWriter(brackets, to).write(params);
}

std::optional<std::string> compact_json(std::string_view text) {
    if (!is_json(text)) {
        return std::nullopt;
    }
    std::string compact;
    compact.reserve(text.size());
    bool in_string = false;
    bool is_escaped = false;
    for (const char character : text) {
        if (in_string) {
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if (character == ' ' || character == '\t' || character == '\r' ||
                   character == '\n') {
            continue;
        } else {
            in_string = character == '"';
        }
        compact += character;
    }
    return compact;
}

}  // namespace belay::batch_drive
