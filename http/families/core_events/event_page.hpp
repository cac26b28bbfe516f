// A list of events as a client walks through it: the filters, which the first request says and
// every page's token repeats, and the place in the list.
//
// A token is opaque to clients: base64url of
//   u8 layout, u8 flags (1: object, 2: types, 4: from, 8: until), [16 object], [u32 types, a bit
//   for each number], [i64 from], [i64 until], 16 after (nil: the newest), u8 pages before, each
//   16 after
// Nothing in it gives a right: whose events they are, the credential says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/batches/event.hpp"
#include "core/job/ids.hpp"

namespace belay::core_events {

inline constexpr std::size_t page_default = 20;
inline constexpr std::size_t page_max = 100;
/// So far a client can go back from where it stands.
inline constexpr std::size_t pages_back_max = 32;

struct EventFilter {
    std::optional<job::Uuid> object;
    /// Bits by the numbers of the types; nullopt: all.
    std::optional<std::uint32_t> types;
    /// Both inclusive.
    std::optional<WallTime> from;
    std::optional<WallTime> until;

    static constexpr std::uint32_t bit_of(batches::EventType type) noexcept {
        return 1U << static_cast<unsigned>(type);
    }

    bool takes(const job::Uuid& id, const batches::Event& event) const noexcept;

    friend bool operator==(const EventFilter&, const EventFilter&) = default;
};

struct EventPage {
    EventFilter filter;
    /// The page begins behind (older than) this event; nil: with the newest.
    job::Uuid after;
    /// Where the pages before it begin, the nearest last.
    std::vector<job::Uuid> before;

    EventPage next(const job::Uuid& last) const;
    /// nullopt if this is the first.
    std::optional<EventPage> previous() const;

    friend bool operator==(const EventPage&, const EventPage&) = default;
};

std::string format_page_token(const EventPage& page);
result<EventPage> parse_page_token(std::string_view text);

}  // namespace belay::core_events
