// Runs a fuzz target over the files of its corpus, in trees that have no libFuzzer, so that what a
// fuzzer once found stays found: TARGET DIRECTORY. Fails if there is no file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::vector<std::uint8_t> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

int main(int argument_count, char** arguments) {
    if (argument_count != 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY\n", arguments[0]);
        return 2;
    }
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
        paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    for (const std::filesystem::path& path : paths) {
        // Printed first: the last line before an abort is the file to look at.
        std::printf("%s\n", path.filename().c_str());
        std::fflush(stdout);
        // A block of exactly its size, so that a sanitizer sees a read behind its end.
        const std::vector<std::uint8_t> bytes = read_file(path);
        const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
        LLVMFuzzerTestOneInput(exact.data(), exact.size());
    }
    std::printf("%zu files\n", paths.size());
    return paths.empty() ? 1 : 0;
}
