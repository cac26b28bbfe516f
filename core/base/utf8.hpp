// UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF.
#pragma once

#include <string_view>

namespace belay {

bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace belay
