// Of which jobs an input file is being uploaded right now: one at a time of each, and a job whose
// upload began in time is not timed out before that has ended.
//
// An upload is noted first and looks at the clock then; whoever asks a job's window to end looks at
// the clock first and here then. So an upload that was begun in time is always seen here.
#pragma once

#include <mutex>
#include <set>
#include <utility>

#include "core/job/ids.hpp"

namespace belay::batch_drive {

/// Thread-safe.
class UploadsUnderWay {
  public:
    /// One upload; it has ended when this goes. The UploadsUnderWay outlive it.
    class Turn {
      public:
        Turn(Turn&& other) noexcept : all_(std::exchange(other.all_, nullptr)), job_(other.job_) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() { end(); }

        /// False: another upload of the job is under way.
        explicit operator bool() const noexcept { return all_ != nullptr; }

        void end() noexcept;

      private:
        friend class UploadsUnderWay;

        Turn(UploadsUnderWay* all, const job::Uuid& job) noexcept : all_(all), job_(job) {}

        UploadsUnderWay* all_;
        job::Uuid job_;
    };

    Turn begin(const job::Uuid& job);

    bool has(const job::Uuid& job) const;

  private:
    mutable std::mutex mutex_;
    std::set<job::Uuid> jobs_;  ///< protected by mutex_
};

}  // namespace belay::batch_drive
