#include "store/table/text_shape.hpp"

#include <array>

#include "core/base/check.hpp"
#include "store/table/packed_bytes.hpp"

namespace belay::store {
namespace {

using Kind = ShapePart::Kind;

constexpr std::size_t counted_bytes_max = 255;
constexpr std::size_t field_bytes_max = packed::first_word - 1;

/// Of one length or another, which the text itself does not name.
bool takes_a_byte_more(const ShapePart& part) noexcept {
    return part.kind == Kind::field || part.kind == Kind::rest;
}

/// Takes a text apart. Each member is false if the part does not come next.
class Parts {
  public:
    Parts(std::string_view text, const WordList& words, packed::Output& output) noexcept
        : left_(text), words_(words), output_(output) {}

    bool take(const ShapePart& part) noexcept {
        switch (part.kind) {
            case Kind::fixed:
                return fixed(part.text);
            case Kind::octets:
                return as_they_are(part.count);
            case Kind::counted:
                return counted();
            case Kind::uuid:
                return uuid();
            case Kind::same_uuid:
                return last_ != nullptr && fixed({last_, uuid_characters});
            case Kind::field:
                return field(part.end);
            case Kind::rest:
                break;
        }
        rest();
        return true;
    }

    bool is_at_end() const noexcept { return left_.empty(); }

  private:
    bool fixed(std::string_view text) noexcept {
        if (!left_.starts_with(text)) {
            return false;
        }
        left_.remove_prefix(text.size());
        return true;
    }

    bool as_they_are(std::size_t count) noexcept {
        if (left_.size() < count) {
            return false;
        }
        output_.bytes(left_.data(), count);
        left_.remove_prefix(count);
        return true;
    }

    bool counted() noexcept {
        constexpr std::size_t length_bytes = sizeof(std::uint16_t);
        if (left_.size() < length_bytes) {
            return false;
        }
        const std::size_t count = load_little<std::uint16_t>(as_byte_span(left_).data());
        left_.remove_prefix(length_bytes);
        if (count > counted_bytes_max) {
            return false;
        }
        output_.byte(count);
        return as_they_are(count);
    }

    bool uuid() noexcept {
        if (left_.size() < uuid_characters) {
            return false;
        }
        const std::optional<UuidOctets> octets = read_uuid(left_.data());
        if (!octets) {
            return false;
        }
        output_.bytes(octets->data(), octets->size());
        last_ = left_.data();
        left_.remove_prefix(uuid_characters);
        return true;
    }

    bool field(char end) noexcept {
        const std::string_view text = left_.substr(0, left_.find(end));
        if (text.size() == left_.size() || text.size() > field_bytes_max) {
            return false;
        }
        const auto word = text.empty() ? std::nullopt : words_.longest(text);
        if (word && words_.at(*word).size() == text.size()) {
            output_.byte(packed::first_word + *word);
        } else {
            output_.byte(text.size());
            output_.bytes(text.data(), text.size());
        }
        left_.remove_prefix(text.size());
        return true;
    }

    void rest() noexcept {
        const std::optional<UuidOctets> octets =
            left_.size() == uuid_characters ? read_uuid(left_.data()) : std::nullopt;
        if (octets) {
            output_.byte(packed::uuid);
            output_.bytes(octets->data(), octets->size());
        } else {
            output_.byte(0);
            output_.bytes(left_.data(), left_.size());
        }
        left_ = {};
    }

    std::string_view left_;
    const WordList& words_;
    packed::Output& output_;
    const char* last_ = nullptr;  ///< the last UUID, as text
};

/// Puts a text together: calls `text` with the next bytes or `uuid` with the octets of the next
/// UUID, until one of them returns false; returns what the last one did.
template <class Text, class Uuid>
bool for_each_piece(std::span<const ShapePart> parts, ByteSpan packed, const WordList& words,
                    Text text, Uuid uuid) {
    packed::Input input(packed);
    const std::byte* last = nullptr;
    const auto counted = [&] {
        const std::size_t count = input.byte();
        const std::array<char, 2> length{static_cast<char>(count), 0};
        return text(std::string_view(length.data(), length.size())) &&
               text(as_text(input.take(count)));
    };
    const auto field = [&] {
        const std::size_t item = input.byte();
        return text(item < packed::first_word ? as_text(input.take(item))
                                              : words.at(item - packed::first_word));
    };
    const auto next_uuid = [&] {
        last = input.take(uuid_octets).data();
        return uuid(last);
    };
    const auto piece = [&](const ShapePart& part) {
        switch (part.kind) {
            case Kind::fixed:
                return text(part.text);
            case Kind::octets:
                return text(as_text(input.take(part.count)));
            case Kind::counted:
                return counted();
            case Kind::uuid:
                return next_uuid();
            case Kind::same_uuid:
                return uuid(last);
            case Kind::field:
                return field();
            case Kind::rest:
                break;
        }
        return input.byte() == packed::uuid ? next_uuid() : text(as_text(input.all()));
    };
    for (const ShapePart& part : parts) {
        if (!piece(part)) {
            return false;
        }
    }
    check(input.empty(), "a packed text ends with its shape");
    return true;
}

}  // namespace

TextShape::TextShape(std::span<const ShapePart> parts) : parts_(parts.begin(), parts.end()) {
    check(!parts_.empty() && parts_.front().kind == Kind::fixed, "a shape begins with a text");
    std::size_t spare = 0;
    std::size_t more = 1;  // which shape it is
    bool has_uuid = false;
    for (const ShapePart& part : parts_) {
        check(part.kind != Kind::rest || &part == &parts_.back(), "nothing stands behind the rest");
        check(part.kind != Kind::same_uuid || has_uuid, "a UUID comes again only after it came");
        has_uuid = has_uuid || part.kind == Kind::uuid;
        spare += part.text.size();
        more += takes_a_byte_more(part) ? 1 : 0;
        // At each part, as a text may turn out to have another shape at any of them.
        check(more <= spare, "no text grows by its shape");
    }
}

std::optional<std::size_t> TextShape::pack(std::string_view text, const WordList& words,
                                           MutableByteSpan to) const noexcept {
    packed::Output output(to);
    Parts left(text, words, output);
    for (const ShapePart& part : parts_) {
        if (!left.take(part)) {
            return std::nullopt;
        }
    }
    return left.is_at_end() ? std::optional(output.size()) : std::nullopt;
}

void TextShape::unpack(ByteSpan packed, const WordList& words, std::string& to) const {
    for_each_piece(
        parts_, packed, words,
        [&](std::string_view text) {
            to.append(text);
            return true;
        },
        [&](const std::byte* octets) {
            const auto text = write_uuid(octets);
            to.append(text.data(), text.size());
            return true;
        });
}

bool TextShape::is(ByteSpan packed, const WordList& words, std::string_view text) const noexcept {
    packed::Comparison comparison(text);
    return for_each_piece(
               parts_, packed, words,
               [&](std::string_view piece) { return comparison.comes_next(piece); },
               [&](const std::byte* octets) { return comparison.uuid_comes_next(octets); }) &&
           comparison.is_at_end();
}

}  // namespace belay::store
