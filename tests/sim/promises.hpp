// What clients were promised under their keys, and the laws of it (reliability 4, IDEM).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/story.hpp"
#include "tests/sim/writes.hpp"

namespace belay::sim {

/// Each function gives the law that is broken, or nothing.
class Promises {
  public:
    /// A write with a key was answered. `before`: the time when it was submitted; `after`: now.
    std::string_view heard(const ClientWrite& write, WallTime before, WallTime after);

    /// After a start: every promise that still holds is there, byte for byte, and no key that
    /// nobody can have made.
    std::string_view judge(const Story& story, WallTime now) const;

    std::uint64_t replays() const noexcept { return replays_; }
    std::uint64_t clashes() const noexcept { return clashes_; }

  private:
    struct Promise {
        job::Fingerprint fingerprint{};
        int status = 0;
        std::string body;
        WallTime expires;
    };
    struct Key {
        std::optional<Promise> kept;    ///< a client was told
        std::vector<Promise> possible;  ///< nobody was told, and it may have been done
    };

    std::map<std::string, Key, std::less<>> keys_;
    std::uint64_t replays_ = 0;
    std::uint64_t clashes_ = 0;
};

}  // namespace belay::sim
