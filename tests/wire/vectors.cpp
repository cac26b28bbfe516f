#include "tests/wire/vectors.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>

namespace belay::test {

std::optional<std::filesystem::path> vectors_folder(const std::filesystem::path& folder) {
    const std::filesystem::path path = std::filesystem::path(BELAY_VECTORS) / folder;
    if (!std::filesystem::exists(path)) {
        std::printf("skipped: no test vectors at %s\n", folder.c_str());
        return std::nullopt;
    }
    return path;
}

std::optional<std::string> read_vectors(const std::filesystem::path& file) {
    const auto path = vectors_folder(file);
    if (!path) {
        return std::nullopt;
    }
    std::ifstream stream(*path, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
}

std::optional<boost::json::value> read_json_vectors(const std::filesystem::path& file) {
    const auto bytes = read_vectors(file);
    if (!bytes) {
        return std::nullopt;
    }
    return boost::json::parse(*bytes);
}

}  // namespace belay::test
