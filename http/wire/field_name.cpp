#include "http/wire/field_name.hpp"

#include <array>
#include <cstring>

namespace belay::wire {
namespace {

constexpr std::array<std::string_view, field_name_count> texts{
    "",
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "origin",
    "range",
    "stripe-account",
    "stripe-context",
    "stripe-version",
    "traceparent",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-idempotency",
    "x-idempotency-key",
    "x-organization-id",
    "x-request-id",
    "x-ttl",
};
static_assert(!texts.back().empty(), "a text for every name");

constexpr std::size_t size_min = 4;
constexpr std::size_t size_max = 17;
constexpr std::size_t per_size_max = 4;

/// The names of each length; other fills up.
using Buckets = std::array<std::array<FieldName, per_size_max>, size_max + 1>;

constexpr Buckets make_buckets() {
    Buckets buckets{};
    std::array<std::size_t, size_max + 1> used{};
    for (std::size_t at = 1; at < texts.size(); ++at) {
        const std::size_t size = texts[at].size();
        // Out of a bound is no constant expression: a longer name does not compile.
        buckets.at(size).at(used.at(size)++) = static_cast<FieldName>(at);
    }
    return buckets;
}

constexpr Buckets buckets = make_buckets();

constexpr bool only_letters_and_hyphens() {
    for (const std::string_view text : texts) {
        if (!text.empty() && text.size() < size_min) {
            return false;
        }
        for (const char byte : text) {
            if (byte != '-' && (byte < 'a' || byte > 'z')) {
                return false;
            }
        }
    }
    return true;
}
// A lower case letter has the bit 0x40 and "-" has not: that is how the comparison below knows
// where the case of a letter is to be overlooked.
static_assert(only_letters_and_hyphens());

template <class Word>
bool words_equal(const char* token, const char* lower) noexcept {
    Word left;
    Word right;
    std::memcpy(&left, token, sizeof left);
    std::memcpy(&right, lower, sizeof right);
    // The bit 0x20 of each place where `right` has a letter: it makes two bytes that letter, its
    // upper and its lower case.
    const auto case_bits = static_cast<Word>((right & static_cast<Word>(0x4040404040404040U)) >> 1);
    return (left | case_bits) == right;
}

/// Compares `size` bytes in whole words; the last word overlaps the one before it.
template <class Word>
bool equals_lowered(const char* token, const char* lower, std::size_t size) noexcept {
    for (std::size_t at = 0; at + sizeof(Word) < size; at += sizeof(Word)) {
        if (!words_equal<Word>(token + at, lower + at)) {
            return false;
        }
    }
    return words_equal<Word>(token + size - sizeof(Word), lower + size - sizeof(Word));
}

bool is_name(std::string_view token, FieldName name) noexcept {
    const std::string_view text = text_of(name);
    return token.size() < sizeof(std::uint64_t)
               ? equals_lowered<std::uint32_t>(token.data(), text.data(), token.size())
               : equals_lowered<std::uint64_t>(token.data(), text.data(), token.size());
}

}  // namespace

std::string_view text_of(FieldName name) noexcept {
    return texts[static_cast<std::size_t>(name)];
}

FieldName field_name_of(std::string_view token) noexcept {
    if (token.size() < size_min || token.size() > size_max) {
        return FieldName::other;
    }
    for (const FieldName name : buckets[token.size()]) {
        if (name == FieldName::other || is_name(token, name)) {
            return name;
        }
    }
    return FieldName::other;
}

}  // namespace belay::wire
