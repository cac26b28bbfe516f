// Puts an input flush against a page that may not be touched, so that a reader that looks one byte
// past the end faults.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace belay::test {

class GuardPage {
  public:
    /// Room for up to `size_max` bytes.
    explicit GuardPage(std::size_t size_max);
    ~GuardPage();
    GuardPage(const GuardPage&) = delete;
    GuardPage& operator=(const GuardPage&) = delete;

    /// A copy of `bytes` that ends where readable memory ends; valid until the next call.
    std::span<char> place(std::string_view bytes);

  private:
    char* pages_;
    std::size_t readable_bytes_;
    std::size_t page_bytes_;
};

}  // namespace belay::test
