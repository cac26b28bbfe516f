// Texts that are kept by the million, in less memory: the names of keys, and answers.
//
// Nearly all of such a text is known beforehand (the path of a route, the members of a body) or a
// UUID, often one that stands in it twice. A packer knows the shapes of the usual ones as a whole
// (text_shape.hpp). In any other it writes the words that it was given as one byte each and a UUID
// as its 16 octets; everything else stays as it is. What comes out of unpack() is what went into
// pack(), byte for byte, whatever it was: a text of a client's, of other words, or no text at all
// costs one byte more for each 128.
//
// This is about memory alone. Packed bytes never leave the process: log and snapshots hold the text
// itself, so words and shapes may come, go and change their order from one version of the program
// to the next.
//
//   packed := 0xe0 to 0xfd, which shape, and what it says of the text (text_shape.hpp)
//           | item*
//   item   := 0x00 to 0x7f, so many bytes and one more, as they are
//           | 0x80 to 0xdf, a word
//           | 0xfe, 16 octets of a UUID in lower case
//           | 0xff, which of the UUIDs in this text, from 0: the same again
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "store/table/text_shape.hpp"
#include "store/table/word_list.hpp"

namespace belay::store {

/// What the texts are made of, as long as the program runs.
struct Vocabulary {
    std::vector<std::string_view> words;
    std::vector<std::span<const ShapePart>> shapes;
};

/// Immutable: thread-safe. Of several shapes that a text has the first is taken, of several words
/// that fit at one place the longest; then the text goes on behind it.
class TextPacker {
  public:
    static constexpr std::size_t shapes_max = 30;

    TextPacker() = default;
    explicit TextPacker(const Vocabulary& vocabulary);

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

    /// nullptr if these packed bytes are items.
    const TextShape* shape_of(ByteSpan packed) const noexcept;

    std::size_t pack_items(std::string_view text, MutableByteSpan to) const noexcept;

    std::vector<TextShape> shapes_;
    WordList words_;
};

}  // namespace belay::store
