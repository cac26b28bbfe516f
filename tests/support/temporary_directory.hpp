// A directory of its own for a test, removed with all that is in it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/base/check.hpp"

namespace belay::test {

class TemporaryDirectory {
  public:
    /// Below $TMPDIR, else the system's place for temporary files.
    TemporaryDirectory() {
        path_ = (std::filesystem::temp_directory_path() / "belay-test-XXXXXX").string();
        check(::mkdtemp(path_.data()) != nullptr, "a temporary directory can be made");
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

}  // namespace belay::test
