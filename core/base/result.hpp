// Errors as values: a result holds a value or says why there is none.
#pragma once

#include <utility>

#include <boost/system/result.hpp>

#include "core/base/error.hpp"

namespace belay {

/// A value or an error code (core/base/error.hpp, or the operating system's).
template <class T>
using result = boost::system::result<T>;

/// A value or an error with a sentence for a person: start-up, recovery, configuration.
template <class T>
using explained = boost::system::result<T, Failure>;

inline Failure failure(boost::system::error_code code, std::string what) {
    return Failure{code, std::move(what)};
}

[[noreturn]] inline void throw_exception_from_error(const Failure& error,
                                                    const boost::source_location& where) {
    boost::throw_exception(boost::system::system_error(error.code, error.what), where);
}

}  // namespace belay
