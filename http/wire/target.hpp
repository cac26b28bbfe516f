// The request target and the authority (RFC 9112 3.2; RFC 3986 3).
#pragma once

#include <string_view>

#include "http/wire/request_head.hpp"
#include "http/wire/wire_error.hpp"

namespace belay::wire {

/// Views into the target that was parsed; those of parts that it does not have are empty.
struct Target {
    TargetForm form = TargetForm::origin;
    std::string_view path;
    std::string_view query;
    std::string_view authority;
    bool has_query = false;
};

/// `target` is not empty. Percent-encoding is checked, not undone.
WireError parse_target(std::string_view target, Method method, Target& parts) noexcept;

/// host [ ":" port ]: a registered name, an IPv4 address or a bracketed IP literal, and a port that
/// is empty or at most 65535. An empty host, and a zone in an address, are refused.
bool is_host_and_port(std::string_view text) noexcept;

}  // namespace belay::wire
