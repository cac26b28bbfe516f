// Base64 and base64url (RFC 4648), and base16. Decoders are strict: a character outside the
// alphabet, wrong padding, or non-zero trailing bits are errors.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"

namespace belay {

/// RFC 4648 section 4, with padding.
std::string base64_encode(ByteSpan bytes);
result<std::string> base64_decode(std::string_view text);

/// RFC 4648 section 5, without padding.
std::string base64url_encode(ByteSpan bytes);
result<std::string> base64url_decode(std::string_view text);

/// RFC 4648 section 8, lower case out, either case in.
std::string hex_encode(ByteSpan bytes);
result<std::string> hex_decode(std::string_view text);
/// Into `to`, which has half as many bytes as `text`; false, and `to` is any bytes, on an error.
bool hex_decode(std::string_view text, std::span<std::byte> to) noexcept;

}  // namespace belay
