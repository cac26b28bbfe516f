// Reading a JSON object member by member, as strictly as Midaz does: a member that nobody asked for
// is refused, since "Pending": true would move the money at once. The first fault is kept, with the
// path of the field; after it every read gives nothing, so that a parser asks once at its end.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "http/families/ledger/errors.hpp"

namespace belay::ledger_api {

/// Of one request.
class Faults {
  public:
    bool any() const noexcept { return first_.has_value(); }
    void note(const ErrorKind& kind, std::string message, std::string_view field);
    std::optional<Refusal> take() { return std::move(first_); }

  private:
    std::optional<Refusal> first_;
};

/// The object that a body must be; nullopt, and a fault, for anything else.
std::optional<boost::json::value> parse_object(std::string_view body, Faults& faults);

class ObjectReader {
  public:
    /// `value` and `faults` outlive it. A value that is no object is a fault.
    ObjectReader(const boost::json::value& value, std::string path, Faults& faults);
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;
    /// A member that nobody asked for is a fault.
    ~ObjectReader();

    /// Null for a member that is absent or null.
    const boost::json::value* optional(std::string_view name);
    /// Its absence is a fault.
    const boost::json::value* required(std::string_view name);

    /// Of at most `bytes_max` bytes, and no control characters; empty if absent.
    std::string_view text(std::string_view name, std::size_t bytes_max);
    /// Of at least one byte.
    std::string_view required_text(std::string_view name, std::size_t bytes_max);
    bool flag(std::string_view name);

    /// "send.source"
    std::string path_of(std::string_view name) const;
    void fault(const ErrorKind& kind, std::string_view name, std::string message = {});

  private:
    const boost::json::object* object_ = nullptr;
    std::string path_;
    Faults& faults_;
    std::vector<std::string_view> asked_;
};

}  // namespace belay::ledger_api
