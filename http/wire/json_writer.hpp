// JSON for answers (RFC 8259), appended to a string that the caller owns and may reuse.
//
// Members and elements come out in the order of the calls. A call that has no place where it stands
// (a value without a name in an object, two values at the top) is a programmer's error and aborts.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace belay::wire {

class JsonWriter {
  public:
    /// `to` must outlive the writer.
    explicit JsonWriter(std::string& to) noexcept : to_(to) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();

    /// Begins a member; its value is the next call.
    JsonWriter& name(std::string_view name);

    JsonWriter& string(std::string_view text);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    JsonWriter& integer(std::int64_t value);
    JsonWriter& unsigned_integer(std::uint64_t value);
    /// `value` is finite. The shortest text that reads back as the same double, never as an
    /// integer.
    JsonWriter& number(double value);
    /// `json` is one JSON text already.
    JsonWriter& raw(std::string_view json);
    /// Members in the order that `value` has.
    JsonWriter& value(const boost::json::value& value);

    // A member in one call.
    JsonWriter& member(std::string_view name, std::string_view text);
    JsonWriter& member(std::string_view name, const char* text) {
        return member(name, std::string_view(text));
    }
    JsonWriter& member(std::string_view name, std::same_as<bool> auto value) {
        return this->name(name).boolean(value);
    }
    template <std::signed_integral T>
    JsonWriter& member(std::string_view name, T value) {
        return this->name(name).integer(value);
    }
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    JsonWriter& member(std::string_view name, T value) {
        return this->name(name).unsigned_integer(value);
    }
    JsonWriter& null_member(std::string_view name) { return this->name(name).null(); }

    /// Whether one whole value has been written.
    bool is_complete() const noexcept { return depth_ == 0 && began_; }

  private:
    static constexpr unsigned depth_max = 63;

    /// Writes the comma before a member, if one is due, its name and the colon to `to`, which has
    /// room for them. nullptr if the name has to be escaped.
    char* put_name(char* to, std::string_view name) const noexcept;
    void begin_name();
    void begin_value();
    void open(char bracket, bool object);
    void close(char bracket, bool object);
    bool in_object() const noexcept { return (objects_ >> depth_ & 1U) != 0; }

    std::string& to_;
    std::uint64_t objects_ = 0;  ///< bit d: what is open at depth d is an object
    unsigned depth_ = 0;
    bool began_ = false;      ///< something was written at this depth: a comma is due
    bool name_open_ = false;  ///< a name was written and waits for its value
};

}  // namespace belay::wire
