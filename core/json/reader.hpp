// The machine behind parse_json: one pass over the text, by recursive descent, into Boost.JSON's
// value. Private to core/json.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/json/json.hpp"
#include "core/json/string.hpp"

namespace belay {

class JsonReader {
  public:
    /// `text` outlives the reader.
    JsonReader(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

    /// Reads the one value of the text into `value`, with the memory resource that it has. False:
    /// take_error() says why, and `value` is of no use. Once only.
    bool read(boost::json::value& value);

    JsonError take_error();

  private:
    /// A step from a container into what is being read: a member's name, which the container owns,
    /// or an index.
    struct Step {
        std::string_view name;
        std::size_t index;
        bool in_object;
    };

    bool fail(JsonFault fault, std::size_t offset) noexcept;
    bool fail_here() noexcept;
    bool at_end() const noexcept { return at_ == text_.size(); }
    bool next_is(char byte) const noexcept { return !at_end() && text_[at_] == byte; }
    void skip_blanks() noexcept;

    // Each reads one production at at_ and leaves at_ behind it. The recursion is as deep as the
    // text, which limits_.depth_max bounds.
    bool read_value(boost::json::value& value);
    bool read_object(boost::json::value& value);
    bool read_array(boost::json::value& value);
    bool read_member(boost::json::object& object);
    bool read_string(std::string_view& string);
    bool read_literal(std::string_view literal);
    bool read_number(boost::json::value& value);
    bool read_integer(std::string_view digits, boost::json::value& value);
    bool read_double(std::string_view digits, boost::json::value& value);
    bool skip_digits() noexcept;

    std::string_view text_;
    JsonLimits limits_;
    std::size_t at_ = 0;
    std::size_t values_ = 0;
    std::vector<Step> path_;
    std::string scratch_;  ///< the string that was read last, if it had escapes
    JsonFault fault_ = JsonFault::unexpected_end;
    std::size_t fault_offset_ = 0;
};

}  // namespace belay
