// What clients were told and readers saw of one job, and the laws between the two.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/exports/job.hpp"
#include "store/operation.hpp"
#include "tests/sim/asks.hpp"

namespace belay::sim {

/// Each function gives the law that is broken, or nothing.
class Witness {
  public:
    explicit Witness(const job::Uuid& id) : id_(id) {}

    /// The answer to the create: the job exists from now on if it was committed.
    void created(const store::Receipt& receipt);

    /// The answer to a cancel, and how it found the job.
    std::string_view told(int http_status, exports::Phase found);
    std::string_view told(const JobAsk& cancel) {
        return told(cancel.http_status(), cancel.found());
    }

    /// What a reader finds now; `job` is null if it finds nothing.
    std::string_view seen(const exports::Job* job, const store::RecordView* record);

    /// Another process has begun: a job that nobody was told of, and that is not there now, never
    /// will be.
    void survived_a_restart() noexcept { is_forgotten_ = !is_known(); }

    /// From now on it may be gone: its retention is over.
    void may_be_removed() noexcept { is_over_ = true; }

    const job::Uuid& id() const noexcept { return id_; }
    exports::Phase phase() const noexcept { return phase_; }
    /// A client was told of it, or can have seen it in a list: it may be asked to be canceled.
    bool is_known() const noexcept { return is_created_ || number_ != 0; }
    /// Nobody will ever see it move again, but for expiry and removal.
    bool has_ended() const noexcept;
    bool was_told_canceled() const noexcept { return told_canceled_; }
    /// Some client was told that nobody knows what became of its cancel.
    bool was_left_in_doubt() const noexcept { return left_in_doubt_; }
    std::optional<exports::Phase> was_refused_as() const noexcept { return refused_as_; }

    /// Of the claims that readers saw, oldest first.
    const std::vector<job::Lsn>& tokens() const noexcept { return tokens_; }
    /// The file that it has, or would have if its present claim succeeds; empty if it has no claim.
    const std::string& file() const noexcept { return file_; }
    exports::Sha256 sha256() const noexcept { return sha256_; }
    std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    const job::Uuid id_;
    bool is_created_ = false;    ///< a client was told so
    bool is_forgotten_ = false;  ///< nobody was told so, and a reader did not find it
    bool is_over_ = false;
    bool told_canceled_ = false;
    bool left_in_doubt_ = false;
    std::optional<exports::Phase> refused_as_;

    exports::Phase phase_ = exports::Phase::absent;
    std::uint64_t number_ = 0;
    WallTime updated_{};
    std::vector<job::Lsn> tokens_;
    std::string file_;
    exports::Sha256 sha256_{};
    std::uint64_t bytes_ = 0;
};

}  // namespace belay::sim
