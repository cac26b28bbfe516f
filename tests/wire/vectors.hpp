// The shared test vectors. Where the folder is absent, tests that need it say so and pass.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <boost/json/value.hpp>

namespace belay::test {

/// The whole file, or nothing, with a message, if the vectors are not there.
std::optional<std::string> read_vectors(const std::filesystem::path& file);
std::optional<boost::json::value> read_json_vectors(const std::filesystem::path& file);
/// The folder, or nothing, with a message.
std::optional<std::filesystem::path> vectors_folder(const std::filesystem::path& folder);

}  // namespace belay::test
