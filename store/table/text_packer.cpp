#include "store/table/text_packer.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/base/check.hpp"
#include "store/table/packed_bytes.hpp"

namespace belay::store {
namespace {

/// Of a text; those behind are written out.
constexpr std::size_t uuids_max = 8;

void put_literal(std::string_view text, std::size_t at_a_time, packed::Output& to) noexcept {
    while (!text.empty()) {
        const std::string_view some = text.substr(0, at_a_time);
        to.byte(some.size() - 1);
        to.bytes(some.data(), some.size());
        text.remove_prefix(some.size());
    }
}

/// Takes a packed text apart, item by item.
class Items {
  public:
    explicit Items(ByteSpan packed) noexcept : input_(packed) {}

    bool empty() const noexcept { return input_.empty(); }

    /// Calls the one that fits: with the bytes of a literal, the place of a word, or the octets of
    /// a UUID. All return what this returns.
    template <class Literal, class Word, class Uuid>
    auto next(Literal literal, Word word, Uuid octets) {
        const std::size_t item = input_.byte();
        if (item < packed::first_word) {
            return literal(as_text(input_.take(item + 1)));
        }
        if (item < packed::uuid) {
            return word(item - packed::first_word);
        }
        if (item == packed::uuid) {
            check(count_ < uuids_max, "a packed text has few UUIDs");
            uuids_[count_] = input_.take(uuid_octets).data();
            return octets(uuids_[count_++]);
        }
        const std::size_t which = input_.byte();
        check(which < count_, "only a UUID that was there comes again");
        return octets(uuids_[which]);
    }

  private:
    packed::Input input_;
    std::array<const std::byte*, uuids_max> uuids_;
    std::size_t count_ = 0;
};

}  // namespace

static_assert(packed::first_word + WordList::words_max == packed::first_shape);
static_assert(packed::first_shape + TextPacker::shapes_max == packed::uuid);

TextPacker::TextPacker(const Vocabulary& vocabulary)
    : shapes_(vocabulary.shapes.begin(), vocabulary.shapes.end()), words_(vocabulary.words) {
    check(shapes_.size() <= shapes_max, "a packer has at most so many shapes");
}

const TextShape* TextPacker::shape_of(ByteSpan packed) const noexcept {
    if (packed.empty()) {
        return nullptr;
    }
    const auto item = std::to_integer<std::size_t>(packed[0]);
    if (item < packed::first_shape || item >= packed::uuid) {
        return nullptr;
    }
    check(item - packed::first_shape < shapes_.size(), "a packed text has a shape of its packer");
    return &shapes_[item - packed::first_shape];
}

std::size_t TextPacker::pack(std::string_view text, MutableByteSpan to) const noexcept {
    check(to.size() >= packed_bytes_max(text.size()), "a packed text has its room");
    for (std::size_t place = 0; place < shapes_.size(); ++place) {
        if (const auto size = shapes_[place].pack(text, words_, to.subspan(to.empty() ? 0 : 1))) {
            to[0] = static_cast<std::byte>(packed::first_shape + place);
            return 1 + *size;
        }
    }
    return pack_items(text, to);
}

std::size_t TextPacker::pack_items(std::string_view text, MutableByteSpan to) const noexcept {
    packed::Output output(to);
    std::array<UuidOctets, uuids_max> uuids;
    std::size_t count = 0;
    std::size_t literal = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const bool may_be_uuid = may_begin_uuid(rest[0]) && rest.size() >= uuid_characters &&
                                 rest[uuid_first_dash] == '-';
        if (!words_.may_begin(rest[0]) && !may_be_uuid) {
            ++at;
            continue;
        }
        if (const std::optional<std::size_t> word = words_.longest(rest)) {
            put_literal(text.substr(literal, at - literal), literal_bytes_max, output);
            output.byte(packed::first_word + *word);
            at += words_.at(*word).size();
            literal = at;
            continue;
        }
        const std::optional<UuidOctets> octets =
            may_be_uuid ? read_uuid(rest.data()) : std::nullopt;
        if (!octets) {
            ++at;
            continue;
        }
        const UuidOctets* const end = uuids.data() + count;
        const UuidOctets* const known = std::find<const UuidOctets*>(uuids.data(), end, *octets);
        if (known == end && count == uuids_max) {
            ++at;
            continue;
        }
        put_literal(text.substr(literal, at - literal), literal_bytes_max, output);
        if (known == end) {
            output.byte(packed::uuid);
            output.bytes(octets->data(), octets->size());
            uuids[count++] = *octets;
        } else {
            output.byte(packed::uuid_again);
            output.byte(static_cast<std::size_t>(known - uuids.data()));
        }
        at += uuid_characters;
        literal = at;
    }
    put_literal(text.substr(literal), literal_bytes_max, output);
    return output.size();
}

void TextPacker::unpack(ByteSpan packed, std::string& to) const {
    if (const TextShape* shape = shape_of(packed)) {
        shape->unpack(packed.subspan(1), words_, to);
        return;
    }
    Items items(packed);
    while (!items.empty()) {
        items.next([&](std::string_view literal) { to.append(literal); },
                   [&](std::size_t word) { to.append(words_.at(word)); },
                   [&](const std::byte* octets) {
                       const auto text = write_uuid(octets);
                       to.append(text.data(), text.size());
                   });
    }
}

bool TextPacker::is(ByteSpan packed, std::string_view text) const noexcept {
    if (const TextShape* shape = shape_of(packed)) {
        return shape->is(packed.subspan(1), words_, text);
    }
    packed::Comparison comparison(text);
    const auto comes_next = [&](std::string_view piece) { return comparison.comes_next(piece); };
    Items items(packed);
    while (!items.empty()) {
        if (!items.next(
                comes_next, [&](std::size_t word) { return comes_next(words_.at(word)); },
                [&](const std::byte* octets) { return comparison.uuid_comes_next(octets); })) {
            return false;
        }
    }
    return comparison.is_at_end();
}

}  // namespace belay::store
