// A broken invariant ends the process: checks stay on in release builds (reliability 2, rule 10).
#pragma once

#include <source_location>

namespace belay {

/// Prints what was broken and where to standard error, then aborts.
[[noreturn]] void check_failed(const char* what, std::source_location where);

/// Aborts unless `holds`. For programmer errors only; anything a peer, a disk or an operator can
/// cause is an error value.
inline void check(bool holds, const char* what,
                  std::source_location where = std::source_location::current()) {
    if (!holds) [[unlikely]] {
        check_failed(what, where);
    }
}

}  // namespace belay
