#include "auth/strict_json.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr std::size_t members_max = 256;  // names are compared one with another

/// What the parser tells its events to. Builds the value and watches the names of each open object.
class Builder {
  public:
    static constexpr std::size_t max_object_size = members_max;
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    Builder() { values_.reset(); }

    json::value release() { return values_.release(); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code&) {
        objects_.push_back(names_.size());
        return true;
    }
    bool on_object_end(std::size_t count, json::error_code&) {
        names_.resize(objects_.back());
        objects_.pop_back();
        values_.push_object(count);
        return true;
    }
    bool on_array_begin(json::error_code&) { return true; }
    bool on_array_end(std::size_t count, json::error_code&) {
        values_.push_array(count);
        return true;
    }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        name_.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code& error) {
        name_.append(part.data(), part.size());
        const auto first = names_.begin() + static_cast<std::ptrdiff_t>(objects_.back());
        if (name_.find('\0') != std::string::npos ||
            std::find(first, names_.end(), name_) != names_.end()) {
            error = Error::malformed;
            return false;
        }
        values_.push_key(name_);
        names_.push_back(std::move(name_));
        name_.clear();
        return true;
    }

    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        values_.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code&) {
        values_.push_string(part);
        return true;
    }

    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, json::error_code&) {
        values_.push_int64(number);
        return true;
    }
    bool on_uint64(std::uint64_t number, json::string_view, json::error_code&) {
        values_.push_uint64(number);
        return true;
    }
    bool on_double(double number, json::string_view, json::error_code& error) {
        if (!std::isfinite(number)) {
            error = Error::malformed;
            return false;
        }
        values_.push_double(number);
        return true;
    }
    bool on_bool(bool value, json::error_code&) {
        values_.push_bool(value);
        return true;
    }
    bool on_null(json::error_code&) {
        values_.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return false; }
    bool on_comment(json::string_view, json::error_code&) { return false; }

  private:
    json::value_stack values_;
    std::string name_;                  // of the member being read
    std::vector<std::string> names_;    // of all open objects, outermost first
    std::vector<std::size_t> objects_;  // where each open object's names begin
};

}  // namespace

result<json::value> parse_strict_json(std::string_view text, std::size_t depth_max) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<Builder> parser(options);
    json::error_code error;
    const std::size_t consumed = parser.write_some(false, text.data(), text.size(), error);
    if (error || consumed != text.size() || !parser.done()) {
        return Error::malformed;
    }
    return parser.handler().release();
}

}  // namespace belay::auth
