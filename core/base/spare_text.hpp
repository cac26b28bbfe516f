// A text whose memory comes from a few that its thread keeps, and goes back to them: for the few
// hundred bytes that each request needs from its beginning until the disk has answered.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace belay {

/// Empty when made without a text. May be destroyed on another thread than it was made on, which
/// then keeps the memory.
class SpareText {
  public:
    SpareText();
    explicit SpareText(std::string_view text) : SpareText() { text_ = text; }
    ~SpareText();
    SpareText(SpareText&& other) noexcept : text_(std::exchange(other.text_, {})) {}
    SpareText& operator=(SpareText&& other) noexcept {
        std::swap(text_, other.text_);
        return *this;
    }
    SpareText(const SpareText&) = delete;
    SpareText& operator=(const SpareText&) = delete;

    std::string& operator*() noexcept { return text_; }
    const std::string& operator*() const noexcept { return text_; }
    std::string* operator->() noexcept { return &text_; }

  private:
    std::string text_;
};

}  // namespace belay
