// What the rounds of a simulation have met, counted: a race that was never run has proved nothing.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/exports/phase.hpp"
#include "http/drive/export_attempt.hpp"
#include "tests/sim/seams.hpp"

namespace belay::sim {

using Stage = http::ExportAttempt::Stage;

/// What gets in the way of a worker.
enum class Disturbance : std::uint8_t {
    cancel,         ///< by a client
    stray_ask,      ///< any other ask, late, early or under a lost lease
    upload,         ///< the next step of one that replaces the context's set
    short_wait,     ///< a progress report is due
    commit_wait,    ///< whoever waits for the disk is told that nobody knows
    lease_wait,     ///< leases end
    clock_back,     ///< somebody sets the time of day back
    chores,         ///< time asks: what is due lapses, is offered again, expires
    other_worker,   ///< takes a job, or the next step of its attempt
    release,        ///< a worker that stops gives its job back
    disk_fault,     ///< the next call of a kind on a file of the attempt fails
    log_fault,      ///< the next write of all fails, perhaps the log's
    end_now,        ///< the process ends
    end_in_a_call,  ///< the process ends in the midst of one of its next calls to the disk
    count_,
};

class Coverage {
  public:
    void add_rounds(std::uint64_t rounds) { rounds_ += rounds; }
    std::uint64_t rounds() const noexcept { return rounds_; }

    /// An ask met a job in this phase.
    void asked(exports::Phase phase, exports::Ask ask);

    std::uint64_t count(exports::Phase phase, exports::Ask ask) const noexcept;

    /// A cancel came here and found the job so. `stage`: of the attempt in whose step it came, or
    /// else of the one that is under way; nullopt: none is.
    void canceled(std::optional<Stage> stage, Place place, exports::Phase found);

    void disturbed(Disturbance disturbance, Place place);

    /// What can be met and was not, a line each.
    std::vector<std::string> missing() const;

    /// All that was counted.
    std::string summary() const;

  private:
    using Point = std::tuple<std::optional<Stage>, Place, exports::Phase>;

    std::uint64_t rounds_ = 0;
    std::array<std::uint64_t, exports::Rules::phases * exports::Rules::asks> pairs_{};
    std::map<Point, std::uint64_t> cancels_;
    std::map<std::pair<Disturbance, Place>, std::uint64_t> disturbances_;
};

/// Whether it makes the log go on, so that it cannot come in the midst of a write to the log.
bool uses_the_log(Disturbance disturbance) noexcept;

}  // namespace belay::sim
