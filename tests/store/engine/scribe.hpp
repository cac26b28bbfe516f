// Random transitions on a store without threads, and a model that knows every state the store may
// be in after a crash: those from the last acknowledged transition on.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/store/engine/rig.hpp"

namespace belay::store::testing {

/// Of each record (by kind and number) and key, what it holds.
using State = std::map<std::string, std::string>;

class Scribe {
  public:
    Scribe(Rig& rig, std::uint64_t seed) : rig_(rig), random_(seed) {}
    Scribe(const Scribe&) = delete;
    Scribe& operator=(const Scribe&) = delete;

    /// Submits something, or pumps, polls, or writes a snapshot.
    void step();

    /// Submits a random transition.
    void submit();
    void pump_and_poll();

    /// What readers see.
    State visible();

    /// Is what readers see one of the states that the model allows? That one, which is then the
    /// only one: to be called after a start.
    bool settle_on_visible();
    /// The same, but the history goes on.
    bool allows_visible();

    std::size_t acknowledged() const { return acknowledged_; }
    std::size_t published() const { return states_.size() - 1; }

  private:
    struct Change {
        std::map<std::string, std::optional<std::string>> values;
        std::size_t number = 0;  ///< of the state that it made; 0: not yet
        std::optional<Ask> ask;
    };

    void decide(Change& change, std::uint64_t plan, const std::vector<job::RecordId>& subjects,
                const std::string& key, const View& view, Draft& draft);
    /// Was what decided last published?
    void notice();
    std::optional<std::size_t> find(const State& state) const;
    bool lists_agree(const State& state);

    Rig& rig_;
    std::mt19937_64 random_;
    std::vector<State> states_{{}};
    std::size_t acknowledged_ = 0;
    std::list<Change> changes_;
    Change* decided_ = nullptr;
    std::uint64_t fill_ = 0;  ///< of the ring, when it decided
};

}  // namespace belay::store::testing
