// The shape of a text that is kept by the million: which parts of it are the same each time, and
// what stands between them. A text of a known shape is packed in one pass over its parts, where the
// search for words (text_packer.hpp) looks at every byte; and it takes less.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "store/table/word_list.hpp"

namespace belay::store {

struct ShapePart {
    enum class Kind : std::uint8_t {
        fixed,      ///< `text`
        octets,     ///< `count` bytes, whatever they are
        counted,    ///< a length in two bytes, little-endian, and so many bytes, at most 255
        uuid,       ///< 36 characters in lower case
        same_uuid,  ///< the last UUID before it once more
        field,      ///< at most 127 bytes, up to the byte `end` of the part behind it
        rest,       ///< all that is left; the last part
    };

    Kind kind = Kind::fixed;
    char end = 0;
    std::uint8_t count = 0;
    std::string_view text = {};
};

/// The parts, for who writes a shape down.
namespace shape {

constexpr ShapePart fixed(std::string_view text) noexcept {
    return {.kind = ShapePart::Kind::fixed, .text = text};
}
constexpr ShapePart octets(std::uint8_t count) noexcept {
    return {.kind = ShapePart::Kind::octets, .count = count};
}
constexpr ShapePart counted() noexcept {
    return {.kind = ShapePart::Kind::counted};
}
constexpr ShapePart uuid() noexcept {
    return {.kind = ShapePart::Kind::uuid};
}
constexpr ShapePart same_uuid() noexcept {
    return {.kind = ShapePart::Kind::same_uuid};
}
constexpr ShapePart field(char end) noexcept {
    return {.kind = ShapePart::Kind::field, .end = end};
}
constexpr ShapePart rest() noexcept {
    return {.kind = ShapePart::Kind::rest};
}

}  // namespace shape

/// Immutable: thread-safe.
///
///   packed := part*, of each kind but fixed and same_uuid, which take nothing:
///             octets and UUIDs their octets; counted its length in one byte and its bytes;
///             field 0x00 to 0x7f and so many bytes, or 0x80 and more: a word;
///             rest 0xfe and 16 octets of a UUID, or 0x00 and its bytes
class TextShape {
  public:
    /// The texts are literals. A shape begins with a fixed part, and at each part it has had fixed
    /// bytes enough that no text grows (checked).
    explicit TextShape(std::span<const ShapePart> parts);

    /// Returns how many bytes of `to`, which has room for `text`, are the packed one; nullopt if
    /// `text` is not of this shape.
    std::optional<std::size_t> pack(std::string_view text, const WordList& words,
                                    MutableByteSpan to) const noexcept;

    /// Appends the text. `packed` comes from a pack() of this shape with these words (checked as
    /// far as it can be).
    void unpack(ByteSpan packed, const WordList& words, std::string& to) const;

    /// Whether unpack() would give `text`, without doing it.
    bool is(ByteSpan packed, const WordList& words, std::string_view text) const noexcept;

  private:
    std::vector<ShapePart> parts_;
};

}  // namespace belay::store
