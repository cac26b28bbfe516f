// Bytes: little-endian loads and stores, and bounds-checked readers and writers over them. The only
// place of the program that knows a byte order.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace belay {

static_assert(std::endian::native == std::endian::little, "the formats are little-endian");

using ByteSpan = std::span<const std::byte>;
using MutableByteSpan = std::span<std::byte>;

inline ByteSpan as_byte_span(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string_view as_text(ByteSpan bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::integral T>
T load_little(const std::byte* from) noexcept {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <std::integral T>
void store_little(std::byte* to, T value) noexcept {
    std::memcpy(to, &value, sizeof value);
}

/// Reads fields from a span. After the first read past the end every read gives zero or empty and
/// `ok()` stays false, so a decoder checks once at its end. Views point into the span.
class ByteReader {
  public:
    explicit ByteReader(ByteSpan bytes) noexcept : rest_(bytes) {}

    bool ok() const noexcept { return ok_; }
    std::size_t left() const noexcept { return rest_.size(); }

    template <std::integral T>
    T integer() noexcept {
        const ByteSpan taken = bytes(sizeof(T));
        return ok_ ? load_little<T>(taken.data()) : T{};
    }

    ByteSpan bytes(std::size_t count) noexcept {
        if (!ok_ || count > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const ByteSpan taken = rest_.first(count);
        rest_ = rest_.subspan(count);
        return taken;
    }

    /// As many bytes as an array of octets holds: an id, a digest.
    template <class Octets>
        requires(std::is_trivially_copyable_v<Octets>)
    Octets octets() noexcept {
        Octets taken{};
        const ByteSpan from = bytes(sizeof taken);
        if (ok_) {
            std::memcpy(&taken, from.data(), sizeof taken);
        }
        return taken;
    }

    /// A 32-bit length, then so many bytes.
    std::string_view text() noexcept { return as_text(bytes(integer<std::uint32_t>())); }

  private:
    ByteSpan rest_;
    bool ok_ = true;
};

/// Appends fields to a string that the caller owns and may reuse.
class ByteWriter {
  public:
    explicit ByteWriter(std::string& to) noexcept : to_(to) {}

    template <std::integral T>
    void integer(T value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        to_.append(raw, sizeof value);
    }

    void bytes(ByteSpan bytes) { to_.append(as_text(bytes)); }

    /// A 32-bit length, then the bytes.
    void text(std::string_view value) {
        integer(static_cast<std::uint32_t>(value.size()));
        to_.append(value);
    }

  private:
    std::string& to_;
};

}  // namespace belay
