// An event's part in an operation of the store: the event is made in the very transition that it
// tells of (design 7), or not at all. When the transition is durable, its maker tells the feed
// (event_feed.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/job/ids.hpp"
#include "core/outbox/event.hpp"
#include "http/drive/audience.hpp"
#include "http/drive/subjects.hpp"
#include "store/operation.hpp"

namespace belay::http {

class EventAct {
  public:
    /// Names the record of an event that the operation may make. `id` is new. Nothing is named, and
    /// put() does nothing, if the audience is empty.
    void name(const job::Uuid& id, Audience audience, Subjects& to);

    /// What the operation tells: `name` is the name's place in the audience's names.
    struct Told {
        job::TenantId tenant;
        /// Whose event it is.
        job::RecordId subject;
        /// Orders the events of the subject: the number of the version that the transition makes of
        /// the subject, and the event's place among those of the transition.
        std::uint64_t subject_version = 0;
        std::uint8_t place = 0;
        std::size_t name_place = 0;
        std::string_view name;
        /// What is sent, byte for byte; at most outbox::body_bytes_max.
        std::string_view body;
    };

    /// Puts the event, due at once, if anybody wants it. True if it was put.
    bool put(const store::View& view, store::Draft& draft, const Told& told);

    /// Whether put() would put an event of this name: else its body need not be rendered.
    bool is_wanted(std::size_t name_place) const noexcept {
        return audience_.is_wanted(name_place);
    }

    const job::Uuid& id() const noexcept { return id_; }

  private:
    job::Uuid id_;
    Audience audience_;
    std::size_t subject_ = 0;
    std::string bytes_;
};

/// The number of the version that a transition makes of the record that it sees as `standing`.
inline std::uint64_t next_version(const std::optional<store::RecordView>& standing) noexcept {
    return standing ? standing->number + 1 : 1;
}

}  // namespace belay::http
