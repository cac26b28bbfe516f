#include "http/server/request_id.hpp"

#include <cstdint>

#include "core/base/eight_bytes.hpp"
#include "core/job/ids.hpp"

namespace belay::http {
namespace {

constexpr bool is_harmless(char byte) noexcept {
    return byte >= ' ' && byte <= '~' && byte != ';' && byte != '|';
}

/// Whether all of eight bytes are harmless.
bool is_harmless_word(const char* text) noexcept {
    const std::uint64_t word = eight_bytes::load(text);
    const std::uint64_t harmful = (word & eight_bytes::tops) | eight_bytes::below(word, ' ') |
                                  eight_bytes::equal(word, ';') | eight_bytes::equal(word, '|') |
                                  eight_bytes::equal(word, 0x7f);
    return harmful == 0;
}

/// False for shorter texts: those are looked at byte by byte.
bool is_long_and_harmless(std::string_view text) noexcept {
    constexpr std::size_t word_bytes = sizeof(std::uint64_t);
    if (text.size() < word_bytes) {
        return false;
    }
    for (std::size_t at = 0; at + word_bytes < text.size(); at += word_bytes) {
        if (!is_harmless_word(text.data() + at)) {
            return false;
        }
    }
    // The last word overlaps the one before it.
    return is_harmless_word(text.data() + text.size() - word_bytes);
}

}  // namespace

void RequestId::set(std::optional<std::string_view> sent, const world::Clock& clock,
                    world::Entropy& entropy) {
    size_ = 0;
    if (sent && sent->size() <= bytes_max && is_long_and_harmless(*sent) && sent->front() != ' ') {
        size_ = sent->copy(text_.data(), bytes_max);
        return;
    }
    bool blank = true;
    for (const char byte : sent.value_or("")) {
        if (is_harmless(byte) && size_ < bytes_max) {
            text_[size_++] = byte;
            blank = blank && byte == ' ';
        }
    }
    if (blank) {
        make_new(clock, entropy);
    }
}

void RequestId::set_as_stripe(world::Entropy& entropy) {
    constexpr std::string_view prefix = "req_";
    // 64 of them, so that six random bits choose one; two stand twice.
    constexpr std::string_view symbols =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12";
    static_assert(symbols.size() == 64);
    std::array<std::uint8_t, 24> random;
    entropy.fill(std::as_writable_bytes(std::span(random)));
    prefix.copy(text_.data(), prefix.size());
    size_ = prefix.size();
    for (const std::uint8_t octet : random) {
        text_[size_++] = symbols[octet & 63U];
    }
}

void RequestId::make_new(const world::Clock& clock, world::Entropy& entropy) {
    std::array<std::uint8_t, 10> random;
    entropy.fill(std::as_writable_bytes(std::span(random)));
    const job::UuidText id = job::uuid_text(job::make_uuid_v7(clock.wall(), random));
    size_ = id.view().copy(text_.data(), bytes_max);
}

}  // namespace belay::http
