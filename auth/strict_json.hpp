// JSON that carries trust: one text, one meaning (RFC 8725 section 3.7, RFC 7515 section 4).
// Included by sources of auth/ only, so that Boost.JSON stays a private link.
#pragma once

#include <string_view>

#include <boost/json/value.hpp>

#include "core/base/result.hpp"

namespace belay::auth {

/// Reads one JSON text. Beyond what Boost.JSON refuses (bad UTF-8, lone surrogates, a byte order
/// mark, depth over `depth_max`, anything behind the text), Error::malformed for what it lets pass
/// with a changed or doubtful meaning: a name repeated in one object (it keeps the last), a number
/// too large for a double (it makes infinity), U+0000 in a name. An object has at most 256 members.
result<boost::json::value> parse_strict_json(std::string_view text, std::size_t depth_max);

}  // namespace belay::auth
