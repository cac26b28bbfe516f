// The words of a packer: texts that are known beforehand, found at the beginning of another text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace belay::store {

/// Immutable: thread-safe. A word is named by its place in the list, which is not the one in which
/// it was given.
class WordList {
  public:
    static constexpr std::size_t words_max = 96;

    WordList() = default;
    /// A word has two bytes or more (checked); one that comes twice counts once.
    explicit WordList(std::span<const std::string_view> words);

    /// Whether any word begins with this byte.
    bool may_begin(char byte) const noexcept {
        const auto value = static_cast<unsigned char>(byte);
        return begins_[value] != begins_[value + 1U];
    }

    /// The place of the longest word that `text`, which is not empty, begins with.
    std::optional<std::size_t> longest(std::string_view text) const noexcept;

    /// `place` comes from longest() of this list (checked as far as it can be).
    std::string_view at(std::size_t place) const noexcept;

  private:
    /// The first eight bytes of a word, or all of a shorter one with zeros behind, and which of
    /// them count: most words are told from a text by one comparison.
    struct Head {
        std::uint64_t bytes = 0;
        std::uint64_t mask = 0;
    };

    static Head head_of(std::string_view word) noexcept;

    /// By first byte, then the longest first.
    std::vector<std::string> words_;
    std::vector<Head> heads_;  ///< of each
    /// The words that begin with byte b are those from begins_[b] to begins_[b + 1].
    std::array<std::uint8_t, 257> begins_{};
};

}  // namespace belay::store
