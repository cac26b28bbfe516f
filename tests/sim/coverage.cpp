#include "tests/sim/coverage.hpp"

#include <string_view>

namespace belay::sim {
namespace {

constexpr std::array<std::string_view, 7> stage_names{"claim",   "open", "rows", "place",
                                                      "succeed", "fail", "ended"};
constexpr std::array<std::string_view, 6> place_names{"between steps",    "clock read",
                                                      "before log write", "after log write",
                                                      "before file call", "after file call"};
constexpr std::array<std::string_view, 11> ask_names{"create", "claim",  "progress", "succeed",
                                                     "retry",  "fail",   "release",  "lapse",
                                                     "cancel", "expire", "remove"};
constexpr std::array<std::string_view, 14> disturbance_names{
    "cancel",     "stray ask",  "upload",  "short wait",   "commit wait",
    "lease wait", "clock back", "chores",  "other worker", "release",
    "disk fault", "log fault",  "end now", "end in a call"};
static_assert(place_names.size() == static_cast<std::size_t>(Place::count_));
static_assert(ask_names.size() == exports::Rules::asks);
static_assert(disturbance_names.size() == static_cast<std::size_t>(Disturbance::count_));

std::size_t index(auto value) {
    return static_cast<std::size_t>(value);
}

/// Where a cancel can come, and what it can find there, in one line a stage and place.
struct CancelPoint {
    std::optional<Stage> stage;
    Place place;
    std::vector<exports::Phase> found;
};

std::vector<CancelPoint> cancel_points() {
    using enum Place;
    using exports::Phase::absent, exports::Phase::queued, exports::Phase::running;
    using exports::Phase::expired;
    using exports::Phase::succeeded, exports::Phase::failed, exports::Phase::canceled;
    return {
        // Before any attempt, after one, and while a job waits for its next.
        {std::nullopt,
         between_steps,
         {absent, queued, running, succeeded, failed, canceled, expired}},
        // The swap of a claim is lost if the cancel comes inside its decision, where it still finds
        // the job queued. What is published but not durable decides already.
        {Stage::claim, between_steps, {queued}},
        {Stage::claim, before_log_write, {running}},
        {Stage::claim, after_log_write, {running}},
        {Stage::open, between_steps, {running}},
        {Stage::open, before_file_call, {running}},
        {Stage::open, after_file_call, {running}},
        {Stage::rows, between_steps, {running}},
        {Stage::rows, before_log_write, {running}},
        {Stage::rows, after_log_write, {running}},
        {Stage::rows, before_file_call, {running}},
        {Stage::rows, after_file_call, {running}},
        {Stage::place, between_steps, {running}},
        {Stage::place, before_file_call, {running}},
        {Stage::place, after_file_call, {running}},
        {Stage::succeed, between_steps, {running}},
        {Stage::succeed, before_log_write, {succeeded}},
        {Stage::succeed, after_log_write, {succeeded}},
        {Stage::fail, between_steps, {running}},
        {Stage::fail, before_log_write, {queued, failed}},
        {Stage::fail, after_log_write, {queued, failed}},
        {Stage::fail, before_file_call, {queued, failed}},
        {Stage::fail, after_file_call, {queued, failed}},
    };
}

std::string describe(const std::optional<Stage>& stage, Place place, exports::Phase found) {
    std::string text(stage ? stage_names[index(*stage)] : "no attempt");
    text.append(", ").append(place_names[index(place)]).append(", found ");
    text.append(found == exports::Phase::absent ? "absent" : name_of(found));
    return text;
}

std::string describe(Disturbance disturbance, Place place) {
    return std::string(disturbance_names[index(disturbance)]) + ", " +
           std::string(place_names[index(place)]);
}

std::string describe_pair(std::size_t pair) {
    const auto phase = static_cast<exports::Phase>(pair / exports::Rules::asks);
    const std::string_view name = phase == exports::Phase::absent ? "absent" : name_of(phase);
    return std::string(name) + ", " + std::string(ask_names[pair % exports::Rules::asks]);
}

}  // namespace

bool uses_the_log(Disturbance disturbance) noexcept {
    return disturbance == Disturbance::chores || disturbance == Disturbance::other_worker ||
           disturbance == Disturbance::release;
}

void Coverage::asked(exports::Phase phase, exports::Ask ask) {
    ++pairs_[index(phase) * exports::Rules::asks + index(ask)];
}

std::uint64_t Coverage::count(exports::Phase phase, exports::Ask ask) const noexcept {
    return pairs_[index(phase) * exports::Rules::asks + index(ask)];
}

void Coverage::canceled(std::optional<Stage> stage, Place place, exports::Phase found) {
    ++cancels_[{stage, place, found}];
}

void Coverage::disturbed(Disturbance disturbance, Place place) {
    ++disturbances_[{disturbance, place}];
}

std::vector<std::string> Coverage::missing() const {
    std::vector<std::string> lines;
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        if (pairs_[pair] == 0) {
            lines.push_back("never asked: " + describe_pair(pair));
        }
    }
    for (const CancelPoint& point : cancel_points()) {
        for (const exports::Phase found : point.found) {
            if (!cancels_.contains({point.stage, point.place, found})) {
                lines.push_back("no cancel came at: " + describe(point.stage, point.place, found));
            }
        }
    }
    for (std::size_t disturbance = 0; disturbance < disturbance_names.size(); ++disturbance) {
        for (std::size_t place = 0; place < place_names.size(); ++place) {
            const auto what = static_cast<Disturbance>(disturbance);
            const auto where = static_cast<Place>(place);
            const bool is_log = where == Place::before_log_write || where == Place::after_log_write;
            // The store reads the time of day too seldom for everything to come just then.
            const bool is_asked_for = where != Place::clock_read && !(is_log && uses_the_log(what));
            if (is_asked_for && !disturbances_.contains({what, where})) {
                lines.push_back(
                    "nothing of this kind came: " + std::string(disturbance_names[disturbance]) +
                    ", " + std::string(place_names[place]));
            }
        }
    }
    return lines;
}

std::string Coverage::summary() const {
    std::string text =
        std::to_string(rounds_) + " rounds; cancels by stage, place and phase found:\n";
    for (const auto& [point, count] : cancels_) {
        text += "  " + describe(std::get<0>(point), std::get<1>(point), std::get<2>(point)) + ": " +
                std::to_string(count) + "\n";
    }
    text += "disturbances by place:\n";
    for (const auto& [disturbance, count] : disturbances_) {
        text += "  " + describe(disturbance.first, disturbance.second) + ": " +
                std::to_string(count) + "\n";
    }
    text += "asks by phase:\n";
    for (std::size_t pair = 0; pair < pairs_.size(); ++pair) {
        text += "  " + describe_pair(pair) + ": " + std::to_string(pairs_[pair]) + "\n";
    }
    return text;
}

}  // namespace belay::sim
