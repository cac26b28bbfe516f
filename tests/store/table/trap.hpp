// A trap at a stop point (store/table/stop_point.hpp), for one thread.
#pragma once

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <regex>
#include <set>
#include <string>
#include <string_view>

#include "store/table/stop_point.hpp"

namespace belay::store::test {

/// Holds the first thread that asks for it at one stop point, the `skip`-th time it gets there.
class Trap {
  public:
    Trap(std::string_view point, unsigned skip) : point_(point), skip_(skip) {
        armed = this;
        set_stop_hook(&Trap::reached);
    }
    ~Trap() {
        set_stop_hook(nullptr);
        armed = nullptr;
    }
    Trap(const Trap&) = delete;
    Trap& operator=(const Trap&) = delete;

    /// The victim says so, and says when its work is over without having been caught.
    static void offer() { victim = true; }
    void done() {
        const std::lock_guard lock(mutex_);
        done_ = true;
        changed_.notify_all();
    }

    /// True when the victim stands in the trap, false when it got through.
    bool wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return caught_ || done_; });
        return caught_;
    }

    void release() {
        const std::lock_guard lock(mutex_);
        released_ = true;
        changed_.notify_all();
    }

  private:
    static void reached(const char* point) {
        if (victim && armed != nullptr && armed->point_ == point) {
            armed->hold();
        }
    }

    void hold() {
        std::unique_lock lock(mutex_);
        if (caught_ || skip_-- != 0) {
            return;
        }
        caught_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return released_; });
    }

    static inline thread_local bool victim = false;
    static inline Trap* armed = nullptr;  ///< written only while no victim runs

    const std::string_view point_;
    unsigned skip_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool caught_ = false;
    bool released_ = false;
    bool done_ = false;
};

/// The names of all stop points in a source file.
inline void find_stop_points(const std::string& path, std::set<std::string>& points) {
    std::ifstream in(path);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const std::regex point("BELAY_STOP_POINT\\(\"([^\"]+)\"\\)");
    for (std::sregex_iterator at(text.begin(), text.end(), point), end; at != end; ++at) {
        points.insert((*at)[1]);
    }
}

}  // namespace belay::store::test
