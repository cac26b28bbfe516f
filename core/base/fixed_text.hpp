// A short text of bounded length that needs no memory of its own: ids and times in answers.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace belay {

/// At most `bytes_max` bytes; whoever appends more has broken an invariant of the caller's
/// arithmetic, so it is not checked.
template <std::size_t bytes_max>
class FixedText {
  public:
    void append(char byte) noexcept { bytes_[size_++] = byte; }

    /// Room for `count` more bytes, which the caller fills.
    char* extend(std::size_t count) noexcept {
        char* const begin = bytes_.data() + size_;
        size_ += count;
        return begin;
    }

    std::string_view view() const noexcept { return {bytes_.data(), size_}; }
    std::string string() const { return std::string(view()); }

    // Implicit: it is a text, and where a text is wanted it is given.
    operator std::string_view() const noexcept { return view(); }  // NOLINT(google-explicit-*)

  private:
    std::array<char, bytes_max> bytes_;
    std::size_t size_ = 0;
};

}  // namespace belay
