// "/v1/transfers/:id/cancel": the path that all rows of a batch are sent to, with the places that
// each row fills (batches.md 2.1).
//
// The names of the places are the caller's: what is supported is said by the shape alone.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace belay::batches {

inline constexpr std::size_t path_segments_max = 12;

class PathTemplate {
  public:
    struct Segment {
        std::string_view text;
        bool is_place = false;
    };

    /// nullopt for a text that is no such path: it begins with "/", has no empty segment, no query
    /// and no fragment, holds only unreserved characters of RFC 3986, and names each place once.
    /// `text` outlives the template.
    static std::optional<PathTemplate> parse(std::string_view text);

    std::span<const Segment> segments() const noexcept {
        return std::span(segments_).first(count_);
    }

    std::size_t place_count() const noexcept;

    bool has_place(std::string_view name) const noexcept;

    /// Whether the other has the same literal segments, and places where this has them.
    bool has_shape_of(const PathTemplate& other) const noexcept;

    /// Appends the path; `value_of(name)` gives what a place is filled with, percent-encoded here.
    template <class ValueOf>
    void append(ValueOf value_of, std::string& to) const {
        for (const Segment& segment : segments()) {
            to += '/';
            if (segment.is_place) {
                append_encoded(value_of(segment.text), to);
            } else {
                to += segment.text;
            }
        }
    }

  private:
    static void append_encoded(std::string_view value, std::string& to);

    std::array<Segment, path_segments_max> segments_{};
    std::size_t count_ = 0;
};

/// Whether a value may fill a place: not empty, and not "." or "..", which would be another path.
bool is_path_value(std::string_view value) noexcept;

}  // namespace belay::batches
