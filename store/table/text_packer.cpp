#include "store/table/text_packer.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/check.hpp"

namespace belay::store {
namespace {

constexpr unsigned first_word = 0x80;
constexpr unsigned uuid = 0xfe;
constexpr unsigned uuid_again = 0xff;

constexpr std::size_t uuid_octets = 16;
constexpr std::size_t uuid_characters = 36;
constexpr std::size_t uuid_first_dash = 8;
/// Of a text; those behind are written out.
constexpr std::size_t uuids_max = 8;

using Octets = std::array<std::uint8_t, uuid_octets>;

constexpr bool is_dash_place(std::size_t at) noexcept {
    return at == 8 || at == 13 || at == 18 || at == 23;
}

constexpr std::uint8_t no_digit = 0xff;
constexpr auto digit_of = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t at = 0; at < digits.size(); ++at) {
        table[static_cast<unsigned char>(digits[at])] = static_cast<std::uint8_t>(at);
    }
    return table;
}();

/// Only what write_uuid would write.
std::optional<Octets> read_uuid(std::string_view text) noexcept {
    if (text.size() < uuid_characters || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-') {
        return std::nullopt;
    }
    Octets octets{};
    std::size_t from = 0;
    unsigned seen = 0;
    for (std::uint8_t& octet : octets) {
        if (is_dash_place(from)) {
            ++from;
        }
        const unsigned high = digit_of[static_cast<unsigned char>(text[from])];
        const unsigned low = digit_of[static_cast<unsigned char>(text[from + 1])];
        seen |= high | low;
        octet = static_cast<std::uint8_t>(high << 4 | (low & 0xf));
        from += 2;
    }
    // Digits are below 16; what is none sets a bit above.
    return seen > 0xf ? std::nullopt : std::optional(octets);
}

std::array<char, uuid_characters> write_uuid(const Octets& octets) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, uuid_characters> text{};
    std::size_t to = 0;
    for (const std::uint8_t octet : octets) {
        if (is_dash_place(to)) {
            text[to++] = '-';
        }
        text[to++] = digits[octet >> 4];
        text[to++] = digits[octet & 0xf];
    }
    return text;
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

/// Takes a packed text apart, piece by piece of the text.
class Input {
  public:
    Input(ByteSpan packed, std::span<const std::string> words) noexcept
        : left_(packed), words_(words) {}

    bool empty() const noexcept { return left_.empty(); }

    /// Valid until the next call.
    std::string_view next() noexcept {
        const unsigned item = std::to_integer<unsigned>(take(1)[0]);
        if (item < first_word) {
            return as_text(take(item + 1));
        }
        if (item < uuid) {
            check(item - first_word < words_.size(), "a packed text has only words of its packer");
            return words_[item - first_word];
        }
        if (item == uuid) {
            check(count_ < uuids_max, "a packed text has few UUIDs");
            std::memcpy(uuids_[count_].data(), take(uuid_octets).data(), uuid_octets);
            text_ = write_uuid(uuids_[count_++]);
        } else {
            const unsigned which = std::to_integer<unsigned>(take(1)[0]);
            check(which < count_, "only a UUID that was there comes again");
            text_ = write_uuid(uuids_[which]);
        }
        return {text_.data(), text_.size()};
    }

  private:
    ByteSpan take(std::size_t count) noexcept {
        check(count <= left_.size(), "a packed text does not end inside an item");
        const ByteSpan taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    ByteSpan left_;
    const std::span<const std::string> words_;
    std::array<Octets, uuids_max> uuids_;
    std::size_t count_ = 0;
    std::array<char, uuid_characters> text_;
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
    std::array<Octets, uuids_max> uuids;
    std::size_t count = 0;
    std::size_t literal = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        const auto byte = static_cast<unsigned char>(rest[0]);
        const bool may_be_uuid = digit_of[byte] != no_digit && rest.size() >= uuid_characters &&
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
        const std::optional<Octets> octets = may_be_uuid ? read_uuid(rest) : std::nullopt;
        if (!octets) {
            ++at;
            continue;
        }
        const Octets* const end = uuids.data() + count;
        const Octets* const known = std::find<const Octets*>(uuids.data(), end, *octets);
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
    Input input(packed, words_);
    while (!input.empty()) {
        to.append(input.next());
    }
}

bool TextPacker::is(ByteSpan packed, std::string_view text) const noexcept {
    Input input(packed, words_);
    while (!input.empty()) {
        const std::string_view piece = input.next();
        if (!text.starts_with(piece)) {
            return false;
        }
        text.remove_prefix(piece.size());
    }
    return text.empty();
}

}  // namespace belay::store
