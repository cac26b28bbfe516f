// The closed list of errors that cross a boundary inside belay, one sentence each.
// Operating system errors cross as themselves (boost::system::system_category).
#pragma once

#include <string>

#include <boost/system/error_code.hpp>

namespace belay {

enum class Error {
    /// A value from outside does not have the form its reader asks for.
    malformed = 1,
    /// A value from outside is over a bound of core/base/limits.hpp or of the configuration.
    too_large,
    /// What was named does not exist.
    not_found,
    /// What was to be made exists.
    already_exists,
    /// Bytes on disk are not what was written there.
    corrupt,
    /// Bytes on disk have a format version newer than this program.
    newer_format,
    /// A configured limit of memory, records or disk is reached; trying later may succeed.
    exhausted,
    /// Another process holds the data directory.
    locked,
    /// The log has failed or is stopping: the outcome of what was under way is unknown.
    stopped,
};

const boost::system::error_category& error_category() noexcept;

inline boost::system::error_code make_error_code(Error error) noexcept {
    return {static_cast<int>(error), error_category()};
}

/// An error with the sentence that tells a person which thing it happened to.
struct Failure {
    boost::system::error_code code;
    std::string what;
};

}  // namespace belay

template <>
struct boost::system::is_error_code_enum<belay::Error> : std::true_type {};
