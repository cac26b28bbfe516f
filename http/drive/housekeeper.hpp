// The thread that asks on behalf of time: what the agenda says is due, a survey of all records once
// in a while to fill it, and the sweep of keys whose time is over.
#pragma once

#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/work/agenda.hpp"
#include "store/blocking_lane.hpp"

namespace belay::http {

/// What one family has to do when time asks. Called on the housekeeper's thread alone.
class Chores {
  public:
    virtual ~Chores() = default;

    /// Whether records of this kind are this family's.
    virtual bool is_about(job::Kind kind) const noexcept = 0;

    /// A record as it stands, in a survey: note in the agenda when it is due.
    virtual void survey(const job::RecordId& id, const store::RecordView& record, WallTime now) = 0;

    /// After the last record of a survey.
    virtual void end_survey() {}

    /// The agenda says that the record may be due now.
    virtual void due(store::BlockingLane& lane, const job::RecordId& id) = 0;
};

class Housekeeper {
  public:
    /// Everything outlives it. Surveys all records before it returns.
    Housekeeper(store::Store& store, work::Agenda& agenda, const world::Clock& clock,
                std::span<Chores* const> chores);
    /// Stops and joins.
    ~Housekeeper();
    Housekeeper(const Housekeeper&) = delete;
    Housekeeper& operator=(const Housekeeper&) = delete;

    void stop();

  private:
    void run();
    void survey(store::BlockingLane& lane);
    void do_what_is_due(store::BlockingLane& lane);
    void sweep_keys(store::BlockingLane& lane);
    bool is_stopping();

    store::Store& store_;
    work::Agenda& agenda_;
    const world::Clock& clock_;
    const std::vector<Chores*> chores_;

    std::mutex mutex_;
    std::condition_variable condition_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace belay::http
