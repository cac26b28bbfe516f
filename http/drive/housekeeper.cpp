#include "http/drive/housekeeper.hpp"

#include <string>

#include "core/job/idempotency.hpp"

namespace belay::http {
namespace {

constexpr std::chrono::milliseconds pause(50);
constexpr std::chrono::minutes sweep_interval(10);
/// Names held at a time while keys are swept.
constexpr std::size_t sweep_batch = 4096;

/// Removes a key whose time is over.
class ForgetKey final : public store::Operation {
  public:
    explicit ForgetKey(std::string_view name) { set_key(name); }

    void decide(const store::View& view, store::Draft& draft) override {
        if (view.remembered && view.remembered->expires <= view.now) {
            draft.forget();
        }
    }
    void done(const store::Receipt&) noexcept override {}
};

}  // namespace

Housekeeper::Housekeeper(store::Store& store, work::Agenda& agenda, const world::Clock& clock,
                         std::span<Chores* const> chores)
    : store_(store), agenda_(agenda), clock_(clock), chores_(chores.begin(), chores.end()) {
    {
        store::BlockingLane lane(store_);
        survey(lane);
    }
    thread_ = std::thread([this] { run(); });
}

Housekeeper::~Housekeeper() {
    stop();
}

void Housekeeper::stop() {
    {
        const std::lock_guard guard(mutex_);
        stopping_ = true;
    }
    condition_.notify_all();
    if (thread_.joinable()) {
        thread_.join();
    }
}

bool Housekeeper::is_stopping() {
    const std::lock_guard guard(mutex_);
    return stopping_;
}

void Housekeeper::run() {
    store::BlockingLane lane(store_);
    world::MonotonicTime surveyed = clock_.monotonic();
    world::MonotonicTime swept = surveyed;
    while (!is_stopping()) {
        do_what_is_due(lane);
        const world::MonotonicTime now = clock_.monotonic();
        // At least twice a horizon, so that nothing comes due unseen.
        if (now - surveyed >= agenda_.horizon() / 2) {
            survey(lane);
            surveyed = now;
        }
        if (now - swept >= sweep_interval) {
            sweep_keys(lane);
            swept = now;
        }
        std::unique_lock guard(mutex_);
        condition_.wait_for(guard, pause, [this] { return stopping_; });
    }
}

void Housekeeper::survey(store::BlockingLane& lane) {
    const WallTime now = lane.lane().now();
    lane.lane().walk([&](const job::RecordId& id, const store::RecordView& record) {
        for (Chores* chores : chores_) {
            if (chores->is_about(id.kind)) {
                chores->survey(id, record, now);
            }
        }
    });
    for (Chores* chores : chores_) {
        chores->end_survey();
    }
}

void Housekeeper::do_what_is_due(store::BlockingLane& lane) {
    while (const std::optional<job::RecordId> id = agenda_.take_due(lane.lane().now())) {
        for (Chores* chores : chores_) {
            if (chores->is_about(id->kind)) {
                chores->due(lane, *id);
            }
        }
        if (is_stopping()) {
            return;
        }
    }
}

void Housekeeper::sweep_keys(store::BlockingLane& lane) {
    std::vector<std::string> names;
    do {
        names.clear();
        const WallTime now = lane.lane().now();
        lane.lane().walk_keys([&](std::string_view name, WallTime expires) {
            if (expires <= now && names.size() < sweep_batch) {
                names.emplace_back(name);
            }
        });
        for (const std::string& name : names) {
            if (is_stopping()) {
                return;
            }
            ForgetKey forget(name);
            lane.run(forget);
            do_what_is_due(lane);  // a sweep of many keys keeps no timer waiting
        }
    } while (names.size() == sweep_batch);
}

}  // namespace belay::http
