// X-Request-Id (exports.md 1.9): what the client sent, made harmless, or a new UUID.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/world/clock.hpp"
#include "core/world/entropy.hpp"

namespace belay::http {

class RequestId {
  public:
    static constexpr std::size_t bytes_max = 128;

    /// Printable ASCII of `sent` without ";" and "|", cut to bytes_max; if nothing but blanks is
    /// left, or nothing was sent, a new UUID version 7.
    void set(std::optional<std::string_view> sent, const world::Clock& clock,
             world::Entropy& entropy);

    /// "req_" and 24 letters and digits, whatever was sent.
    void set_as_stripe(world::Entropy& entropy);

    std::string_view text() const noexcept { return {text_.data(), size_}; }

  private:
    void make_new(const world::Clock& clock, world::Entropy& entropy);

    std::array<char, bytes_max> text_;
    std::size_t size_ = 0;
};

}  // namespace belay::http
