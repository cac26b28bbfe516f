// What heads had before: a client sends most of its field lines with each request, byte for byte,
// and so do all clients of a kind. What the parser found in such a line it need not find again.
//
// Only what was judged sound is kept, and it is found again only by the very same bytes: with and
// without a memory a parser gives the same. Lines that prove who asks are not kept.
//
// Not thread-safe: one for each shard, shared by the parsers of its connections.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/byte_lanes.hpp"
#include "http/wire/field_name.hpp"

namespace belay::wire {

class HeadMemory {
  public:
    /// A field line, its CRLF included. Positions are counted from its first byte.
    struct Line {
        std::uint16_t size = 0;
        std::uint16_t name_size = 0;
        std::uint16_t value_begin = 0;
        std::uint16_t value_size = 0;
        FieldName known = FieldName::other;
    };

    /// The line that stood at this place of a head before, counted from 0, if `text` begins with
    /// it. Valid until the next call that is not const.
    const Line* find(std::size_t place, std::string_view text) noexcept {
        if (place >= lines_.size() || lines_[place].line.size == 0) {
            return nullptr;
        }
        Kept& kept = lines_[place];
        if (!begins_with(text, kept.text.data(), kept.line.size)) {
            ++kept.misses;
            return nullptr;
        }
        kept.misses = 0;
        return &kept.line;
    }

    /// A sound line that find() did not give for this place. `text` begins with it.
    void keep(std::size_t place, std::string_view text, const Line& line) noexcept;

    /// Whether this is a host and port that was sound before.
    bool is_sound_host(std::string_view text) const noexcept {
        return host_size_ != 0 && text == std::string_view(host_.data(), host_size_);
    }
    void keep_sound_host(std::string_view text) noexcept;

  private:
    static constexpr std::size_t places = 16;
    static constexpr std::size_t line_bytes_max = 128;

    struct Kept {
        Line line;
        /// How often another line stood here since this one did.
        std::uint32_t misses = 0;
        std::array<char, line_bytes_max> text{};
    };

    /// `kept` can be read up to line_bytes_max. False, too, if `text` is shorter than the bytes
    /// that are looked at at once.
    static bool begins_with(std::string_view text, const char* kept, std::size_t size) noexcept {
        using byte_lanes::count;
        if (text.size() < size || text.size() < count) {
            return false;
        }
        const auto first_difference = [&](std::size_t at) {
            return byte_lanes::first(byte_lanes::different(byte_lanes::load(text.data() + at),
                                                           byte_lanes::load(kept + at)));
        };
        if (size <= count) {
            return first_difference(0) >= size;
        }
        for (std::size_t at = 0; at + count < size; at += count) {
            if (first_difference(at) < count) {
                return false;
            }
        }
        // The last bytes overlap those before them.
        return first_difference(size - count) == count;
    }

    std::array<Kept, places> lines_;
    std::array<char, 64> host_;
    std::size_t host_size_ = 0;
};

}  // namespace belay::wire
