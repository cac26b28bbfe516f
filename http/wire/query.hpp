// Percent-encoding, query strings and path parameters (RFC 3986 2.1, 3.3, 3.4; the "+" of HTML
// forms). Strict: a "%" without two hex digits, text that is not UTF-8, and U+0000 are malformed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace belay::wire {

/// A path segment, as it stands between two slashes, with its percent-encoding undone: "%2F" is a
/// slash within the segment. The view is `segment` itself when there was nothing to undo, else
/// it is of `scratch`, and valid as long as that. "." and ".." come back as they are.
result<std::string_view> decode_path_segment(std::string_view segment, std::string& scratch);

struct QueryParameter {
    std::string name;
    std::string value;  ///< empty without "=", too
};

/// The most parameters of one query.
inline constexpr std::size_t query_parameters_max = 100;

/// A parsed query string. Owns its text.
class Query {
  public:
    /// `query` is what follows the "?". Pairs are divided by "&", empty ones are skipped, "+" is a
    /// space. More than query_parameters_max: too_large.
    static result<Query> parse(std::string_view query);

    const std::vector<QueryParameter>& parameters() const noexcept { return parameters_; }

    /// The value of the first parameter of this name.
    std::optional<std::string_view> value(std::string_view name) const noexcept;
    /// Whether a parameter of this name came more than once.
    bool repeated(std::string_view name) const noexcept;
    /// The first name that came more than once.
    std::optional<std::string_view> first_repeated() const noexcept;

  private:
    std::vector<QueryParameter> parameters_;
};

/// Appends `text` with everything but unreserved characters (RFC 3986 2.3) percent-encoded.
void append_percent_encoded(std::string& to, std::string_view text);

}  // namespace belay::wire
