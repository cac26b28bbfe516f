// Deadlines of thousands of connections without a timer each. All deadlines of one class have the
// same length, so a list in the order of arming is also the order of expiry: arming, re-arming and
// disarming are a few pointer writes, and only the first of each class is ever looked at.
#pragma once

#include <cstddef>
#include <list>
#include <optional>

#include "core/base/time.hpp"
#include "core/world/clock.hpp"

namespace belay::run {

class Deadlines;
class DeadlineClass;

/// Embedded in what has the deadline; disarmed by its destructor.
class Deadline {
  public:
    Deadline() = default;
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    /// Takes it out of its list; nothing if it is not armed.
    void disarm() noexcept;

    bool armed() const noexcept { return class_ != nullptr; }

  protected:
    virtual ~Deadline() { disarm(); }

  private:
    friend class Deadlines;
    friend class DeadlineClass;

    /// Called once when the time has passed, disarmed before; may arm it again or destroy it.
    virtual void expired() = 0;

    DeadlineClass* class_ = nullptr;
    Deadline* before_ = nullptr;
    Deadline* after_ = nullptr;
    world::MonotonicTime due_{};
};

/// All deadlines of one length.
class DeadlineClass {
  public:
    explicit DeadlineClass(Milliseconds length) noexcept : length_(length) {}
    DeadlineClass(const DeadlineClass&) = delete;
    DeadlineClass& operator=(const DeadlineClass&) = delete;

    Milliseconds length() const noexcept { return length_; }

  private:
    friend class Deadline;
    friend class Deadlines;

    void append(Deadline& deadline) noexcept;
    void remove(Deadline& deadline) noexcept;

    Milliseconds length_;
    Deadline* first_ = nullptr;
    Deadline* last_ = nullptr;
};

/// The deadlines of one shard; not thread-safe.
class Deadlines {
  public:
    /// A class of this length, for the life of this object. The same length gives the same class.
    DeadlineClass& of_length(Milliseconds length);

    /// Due one length after `now`, whether or not it was armed before.
    void arm(Deadline& deadline, DeadlineClass& as, world::MonotonicTime now) noexcept;

    /// Calls expired() of everything due at `now`.
    void expire(world::MonotonicTime now);

    /// When the next is due, if any is armed.
    std::optional<world::MonotonicTime> next() const noexcept;

  private:
    std::list<DeadlineClass> classes_;  // stable addresses; a handful, made at start
};

}  // namespace belay::run
