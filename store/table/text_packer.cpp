#include "store/table/text_packer.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/check.hpp"
#include "store/table/uuid_text.hpp"

namespace belay::store {
namespace {

constexpr unsigned first_word = 0x80;
constexpr unsigned uuid = 0xfe;
constexpr unsigned uuid_again = 0xff;

/// Of a text; those behind are written out.
constexpr std::size_t uuids_max = 8;

/// As memcmp(…) == 0, for a few bytes: a call would cost more.
bool is_equal(const char* one, const char* other, std::size_t count) noexcept {
    const auto differ = [&]<class Word>(Word, std::size_t at) {
        return load_little<Word>(reinterpret_cast<const std::byte*>(one + at)) !=
               load_little<Word>(reinterpret_cast<const std::byte*>(other + at));
    };
    if (count >= 8) {
        for (std::size_t at = 0; at + 8 < count; at += 8) {
            if (differ(std::uint64_t{}, at)) {
                return false;
            }
        }
        return !differ(std::uint64_t{}, count - 8);
    }
    if (count >= 4) {
        return !differ(std::uint32_t{}, 0) && !differ(std::uint32_t{}, count - 4);
    }
    for (std::size_t at = 0; at < count; ++at) {
        if (one[at] != other[at]) {
            return false;
        }
    }
    return true;
}

/// The bytes of a packed text as they are written.
class Output {
  public:
    explicit Output(MutableByteSpan to) noexcept : to_(to) {}

    void byte(std::size_t value) noexcept { to_[size_++] = static_cast<std::byte>(value); }
    void bytes(const void* from, std::size_t count) noexcept {
        std::memcpy(to_.subspan(size_, count).data(), from, count);
        size_ += count;
    }
    std::size_t size() const noexcept { return size_; }

  private:
    const MutableByteSpan to_;
    std::size_t size_ = 0;
};

void put_literal(std::string_view text, std::size_t at_a_time, Output& to) noexcept {
    while (!text.empty()) {
        const std::string_view some = text.substr(0, at_a_time);
        to.byte(some.size() - 1);
        to.bytes(some.data(), some.size());
        text.remove_prefix(some.size());
    }
}

std::string_view word_at(std::span<const std::string> words, std::size_t place) noexcept {
    check(place < words.size(), "a packed text has only words of its packer");
    return words[place];
}

/// Takes a packed text apart, item by item.
class Input {
  public:
    explicit Input(ByteSpan packed) noexcept : left_(packed) {}

    bool empty() const noexcept { return left_.empty(); }

    /// Calls the one that fits: with the bytes of a literal, the place of a word, or the octets of
    /// a UUID. All return what this returns.
    template <class Literal, class Word, class Uuid>
    auto next(Literal literal, Word word, Uuid octets) {
        const unsigned item = std::to_integer<unsigned>(take(1)[0]);
        if (item < first_word) {
            return literal(as_text(take(item + 1)));
        }
        if (item < uuid) {
            return word(item - first_word);
        }
        if (item == uuid) {
            check(count_ < uuids_max, "a packed text has few UUIDs");
            uuids_[count_] = take(uuid_octets).data();
            return octets(uuids_[count_++]);
        }
        const unsigned which = std::to_integer<unsigned>(take(1)[0]);
        check(which < count_, "only a UUID that was there comes again");
        return octets(uuids_[which]);
    }

  private:
    ByteSpan take(std::size_t count) noexcept {
        check(count <= left_.size(), "a packed text does not end inside an item");
        const ByteSpan taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    ByteSpan left_;
    std::array<const std::byte*, uuids_max> uuids_;
    std::size_t count_ = 0;
};

}  // namespace

TextPacker::TextPacker(std::span<const std::string_view> words)
    : words_(words.begin(), words.end()) {
    const auto first = [](const std::string& word) { return static_cast<unsigned char>(word[0]); };
    for (const std::string& word : words_) {
        check(word.size() > 1, "a word is longer than what stands for it");
    }
    std::sort(words_.begin(), words_.end(), [&](const std::string& one, const std::string& other) {
        if (first(one) != first(other)) {
            return first(one) < first(other);
        }
        return one.size() != other.size() ? one.size() > other.size() : one < other;
    });
    words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
    check(words_.size() <= words_max, "a packer has at most so many words");
    for (const std::string& word : words_) {
        heads_.push_back(head_of(word));
        ++begins_[first(word) + 1u];
    }
    for (std::size_t byte = 1; byte < begins_.size(); ++byte) {
        begins_[byte] = static_cast<std::uint8_t>(begins_[byte] + begins_[byte - 1]);
    }
}

TextPacker::Head TextPacker::head_of(std::string_view word) noexcept {
    Head head;
    const std::size_t count = std::min(word.size(), sizeof head.bytes);
    std::memcpy(&head.bytes, word.data(), count);
    std::memset(&head.mask, 0xff, count);
    return head;
}

const std::string* TextPacker::longest_word(std::string_view text) const noexcept {
    const auto byte = static_cast<unsigned char>(text[0]);
    const std::size_t end = begins_[byte + 1u];
    std::size_t at = begins_[byte];
    if (at == end) {
        return nullptr;
    }
    std::uint64_t begin;
    if (text.size() >= sizeof begin) {
        std::memcpy(&begin, text.data(), sizeof begin);
    } else {
        begin = head_of(text).bytes;
    }
    for (; at < end; ++at) {
        const std::string& word = words_[at];
        // A text that ends before the word does is told by its length.
        if ((begin & heads_[at].mask) == heads_[at].bytes && word.size() <= text.size() &&
            (word.size() <= sizeof begin ||
             std::memcmp(word.data() + sizeof begin, text.data() + sizeof begin,
                         word.size() - sizeof begin) == 0)) {
            return &word;
        }
    }
    return nullptr;
}

std::size_t TextPacker::pack(std::string_view text, MutableByteSpan to) const noexcept {
    check(to.size() >= packed_bytes_max(text.size()), "a packed text has its room");
    Output output(to);
    std::array<UuidOctets, uuids_max> uuids;
    std::size_t count = 0;
    std::size_t literal = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const auto byte = static_cast<unsigned char>(rest[0]);
        const bool may_be_uuid = may_begin_uuid(rest[0]) && rest.size() >= uuid_characters &&
                                 rest[uuid_first_dash] == '-';
        if (begins_[byte] == begins_[byte + 1U] && !may_be_uuid) {
            ++at;
            continue;
        }
        if (const std::string* word = longest_word(rest)) {
            put_literal(text.substr(literal, at - literal), literal_bytes_max, output);
            output.byte(first_word + static_cast<std::size_t>(word - words_.data()));
            at += word->size();
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
            output.byte(uuid);
            output.bytes(octets->data(), octets->size());
            uuids[count++] = *octets;
        } else {
            output.byte(uuid_again);
            output.byte(static_cast<std::size_t>(known - uuids.data()));
        }
        at += uuid_characters;
        literal = at;
    }
    put_literal(text.substr(literal), literal_bytes_max, output);
    return output.size();
}

void TextPacker::unpack(ByteSpan packed, std::string& to) const {
    Input input(packed);
    while (!input.empty()) {
        input.next([&](std::string_view literal) { to.append(literal); },
                   [&](std::size_t word) { to.append(word_at(words_, word)); },
                   [&](const std::byte* octets) {
                       const auto text = write_uuid(octets);
                       to.append(text.data(), text.size());
                   });
    }
}

bool TextPacker::is(ByteSpan packed, std::string_view text) const noexcept {
    Input input(packed);
    const auto comes_next = [&](std::string_view piece) {
        if (piece.size() > text.size() || !is_equal(piece.data(), text.data(), piece.size())) {
            return false;
        }
        text.remove_prefix(piece.size());
        return true;
    };
    const auto uuid_comes_next = [&](const std::byte* octets) {
        if (text.size() < uuid_characters || !is_uuid_of(octets, text.data())) {
            return false;
        }
        text.remove_prefix(uuid_characters);
        return true;
    };
    while (!input.empty()) {
        if (!input.next(
                comes_next, [&](std::size_t word) { return comes_next(word_at(words_, word)); },
                uuid_comes_next)) {
            return false;
        }
    }
    return text.empty();
}

}  // namespace belay::store
