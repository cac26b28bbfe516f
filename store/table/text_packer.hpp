// Texts that are kept by the million, in less memory: the names of keys, and answers.
//
// Nearly all of such a text is known beforehand (the path of a route, the members of a body) or a
// UUID, often one that stands in it twice. A packer writes the words that it was given as one byte
// each and a UUID as its 16 octets; everything else stays as it is. What comes out of unpack() is
// what went into pack(), byte for byte, whatever it was: a text of a client's, of other words, or
// no text at all costs one byte more for each 128.
//
// This is about memory alone. Packed bytes never leave the process: log and snapshots hold the text
// itself, so words may come, go and change their order from one version of the program to the next.
//
//   packed := item*
//   item   := 0x00 to 0x7f, so many bytes and one more, as they are
//           | 0x80 to 0xfd, a word
//           | 0xfe, 16 octets of a UUID in lower case
//           | 0xff, which of the UUIDs in this text, from 0: the same again
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"

namespace belay::store {

/// Immutable: thread-safe. Of several words that fit at one place the longest is taken; then the
/// text goes on behind it.
class TextPacker {
  public:
    static constexpr std::size_t words_max = 126;

    TextPacker() = default;
    /// A word has two bytes or more (checked); one that comes twice counts once.
    explicit TextPacker(std::span<const std::string_view> words);

    /// How many bytes a packed text of this length may take.
    static constexpr std::size_t packed_bytes_max(std::size_t bytes) noexcept {
        return bytes + (bytes + literal_bytes_max - 1) / literal_bytes_max;
    }

    /// Returns how many bytes of `to` are the packed text. `to` has room for packed_bytes_max.
    std::size_t pack(std::string_view text, MutableByteSpan to) const noexcept;

    /// Appends the text. `packed` comes from a pack() of this packer (checked as far as it can be).
    void unpack(ByteSpan packed, std::string& to) const;

    /// Whether unpack() would give `text`, without doing it.
    bool is(ByteSpan packed, std::string_view text) const noexcept;

  private:
    static constexpr std::size_t literal_bytes_max = 128;

    /// The first eight bytes of a word, or all of a shorter one with zeros behind, and which of
    /// them count: most words are told from a text by one comparison.
    struct Head {
        std::uint64_t bytes = 0;
        std::uint64_t mask = 0;
    };

    static Head head_of(std::string_view word) noexcept;

    /// nullptr if none fits.
    const std::string* longest_word(std::string_view text) const noexcept;

    /// By first byte, then the longest first.
    std::vector<std::string> words_;
    std::vector<Head> heads_;  ///< of each
    /// The words that begin with byte b are those from begins_[b] to begins_[b + 1].
    std::array<std::uint8_t, 257> begins_{};
};

}  // namespace belay::store
