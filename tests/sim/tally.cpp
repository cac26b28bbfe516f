#include "tests/sim/tally.hpp"

#include <string_view>

namespace belay::sim {
namespace {

constexpr std::array<std::string_view, 46> names{"create",
                                                 "same request again",
                                                 "other request under a used key",
                                                 "cancel",
                                                 "cancel by another tenant",
                                                 "stray ask",
                                                 "upload",
                                                 "work",
                                                 "worker death",
                                                 "release",
                                                 "chores",
                                                 "key sweep",
                                                 "list",
                                                 "get",
                                                 "snapshot",
                                                 "request in the midst",
                                                 "wait",
                                                 "long wait",
                                                 "kill",
                                                 "power loss",
                                                 "crash in a call",
                                                 "crash in a start",
                                                 "clean stop",
                                                 "write error",
                                                 "sync error",
                                                 "no space",
                                                 "create refused",
                                                 "lost write",
                                                 "misdirected write",
                                                 "read error in a start",
                                                 "start without space",
                                                 "flipped bit",
                                                 "bad sector",
                                                 "lost file",
                                                 "renamed file",
                                                 "clock set back",
                                                 "clock set forth",
                                                 "tail cut",
                                                 "two snapshots",
                                                 "segment recycled",
                                                 "damage refused",
                                                 "damage harmless",
                                                 "copy recovered",
                                                 "older snapshot replayed",
                                                 "whole log replayed",
                                                 "key replayed"};
static_assert(names.size() + 1 == static_cast<std::size_t>(Met::count_));
constexpr std::string_view last_name = "key clashed";

std::string_view name_of(std::size_t met) {
    return met < names.size() ? names[met] : last_name;
}

struct Move {
    exports::Phase from;
    exports::Ask ask;
    std::string_view name;
};

/// Every transition of the family.
constexpr std::array<Move, 14> moves{
    Move{exports::Phase::absent, exports::Ask::create, "create"},
    Move{exports::Phase::queued, exports::Ask::claim, "claim"},
    Move{exports::Phase::queued, exports::Ask::cancel, "cancel, queued"},
    Move{exports::Phase::queued, exports::Ask::expire, "expire, queued"},
    Move{exports::Phase::running, exports::Ask::progress, "progress"},
    Move{exports::Phase::running, exports::Ask::succeed, "succeed"},
    Move{exports::Phase::running, exports::Ask::retry, "retry"},
    Move{exports::Phase::running, exports::Ask::fail, "fail"},
    Move{exports::Phase::running, exports::Ask::release, "release"},
    Move{exports::Phase::running, exports::Ask::lapse, "lapse"},
    Move{exports::Phase::running, exports::Ask::cancel, "cancel, running"},
    Move{exports::Phase::succeeded, exports::Ask::expire, "expire, succeeded"},
    Move{exports::Phase::canceled, exports::Ask::remove, "remove, canceled"},
    Move{exports::Phase::expired, exports::Ask::remove, "remove, expired"}};

}  // namespace

std::vector<std::string> Tally::missing(const Coverage& asked) const {
    std::vector<std::string> lines;
    for (std::size_t met = 0; met < counts_.size(); ++met) {
        if (counts_[met] == 0) {
            lines.push_back("never met: " + std::string(name_of(met)));
        }
    }
    for (const Move& move : moves) {
        if (asked.count(move.from, move.ask) == 0) {
            lines.push_back("never seen: the transition " + std::string(move.name));
        }
    }
    return lines;
}

std::string Tally::summary(const Coverage& asked, double seconds) const {
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(crashes) / seconds);
    std::string text = std::to_string(crashes) + " crashes, " + std::to_string(recoveries) +
                       " recoveries, " + std::to_string(requests) + " requests, " +
                       std::to_string(transitions) + " transitions in " + std::to_string(seconds) +
                       " s of processor time: " + std::to_string(rate) + " crashes a second\n";
    for (std::size_t met = 0; met < counts_.size(); ++met) {
        text += "  " + std::string(name_of(met)) + ": " + std::to_string(counts_[met]) + "\n";
    }
    text += "transitions:\n";
    for (const Move& move : moves) {
        text += "  " + std::string(move.name) + ": " +
                std::to_string(asked.count(move.from, move.ask)) + "\n";
    }
    return text;
}

}  // namespace belay::sim
