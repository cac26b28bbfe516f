// The test vectors of Project Wycheproof, read where they are and visibly skipped where not.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace belay::auth_test {

/// Calls `run` with each test of a file and the group it is in; gives how many there were. Without
/// the file, says so and gives 0.
std::size_t for_each_vector(std::string_view file,
                            const std::function<void(const boost::json::object& group,
                                                     const boost::json::object& test)>& run);

/// A string member that must be there.
std::string text_of(const boost::json::object& object, std::string_view name);

/// The octets of a member in hex.
std::string octets_of(const boost::json::object& object, std::string_view name);

/// What the test is, for a message.
std::string describe(const boost::json::object& test);

}  // namespace belay::auth_test
