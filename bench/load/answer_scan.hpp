// Finds whole answers in what a server has sent: those of belay and of the servers it is measured
// beside, which all frame their bodies by Content-Length, and Redis' (RESP2).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace belay::bench {

struct ScannedAnswer {
    enum class Kind { incomplete, whole, broken };

    Kind kind = Kind::incomplete;
    int status = 0;
    /// Of head and body.
    std::size_t bytes = 0;
    std::string_view body{};
};

/// The answer that `input` begins with. An interim answer (1xx) is broken: nobody asked for one.
ScannedAnswer scan_answer(std::string_view input) noexcept;

/// The same of Redis: an error has status 500, anything else 200, and its text is the body. An
/// array is broken: no command of ours is answered by one.
ScannedAnswer scan_redis_answer(std::string_view input) noexcept;

/// The text of the first member of this name, in JSON as servers write it: without spaces. Good for
/// ids and states, which have nothing escaped in them.
std::optional<std::string_view> text_member(std::string_view body, std::string_view name) noexcept;

}  // namespace belay::bench
