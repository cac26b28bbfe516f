#include "tests/sim/witness.hpp"

namespace belay::sim {
namespace {

using exports::Phase;

/// Whether what was once `before` may be `now`.
bool may_become(Phase before, Phase now) {
    return !is_terminal(before) || now == before ||
           (before == Phase::succeeded && now == Phase::expired);
}

/// What a job that was canceled must not have.
bool is_bare(const exports::Job& job) {
    return !job.sha256 && job.bytes_written == 0 && !job.lease_until && !job.next_try;
}

}  // namespace

void Witness::created(const store::Receipt& receipt) {
    is_created_ = receipt.status == store::Status::committed;
    is_forgotten_ = receipt.status == store::Status::exhausted;
}

bool Witness::has_ended() const noexcept {
    return is_terminal(phase_) || is_forgotten_ || (is_over_ && phase_ == Phase::absent);
}

std::string_view Witness::told(int http_status, Phase found) {
    switch (http_status) {
        case 200:
            if (told_canceled_) {
                return "a job is canceled once";
            }
            if (refused_as_ && *refused_as_ != Phase::canceled) {
                return "a cancel succeeds after another was refused for good";
            }
            told_canceled_ = true;
            return {};
        case 409:
            if (!is_terminal(found)) {
                return "a cancel is refused though the job has not ended";
            }
            if (told_canceled_ && found != Phase::canceled) {
                return "a canceled job is said to be something else";
            }
            if (refused_as_ && !may_become(*refused_as_, found)) {
                return "two refusals name states of which neither follows the other";
            }
            refused_as_ = found;
            return {};
        case 404:
            return is_over_ ? std::string_view() : "a job that a client knows does not exist";
        default:
            left_in_doubt_ = true;
            return {};
    }
}

std::string_view Witness::seen(const exports::Job* job, const store::RecordView* record) {
    if (job == nullptr) {
        if (!is_over_ && (is_created_ || number_ != 0)) {
            return "a job that was seen is gone";
        }
        phase_ = Phase::absent;
        return {};
    }
    if (record->number < number_ || !may_become(phase_, job->phase)) {
        return "a state that was seen is gone";
    }
    if (record->number == number_ && job->phase != phase_) {
        return "a version changes";
    }
    if (job->updated < updated_) {
        return "a job's time runs backwards";
    }
    if (told_canceled_ && job->phase != Phase::canceled) {
        return "a cancel that was answered 200 is not the final state";
    }
    if (refused_as_ && !may_become(*refused_as_, job->phase)) {
        return "the state that a 409 named is not the final state";
    }
    if (job->phase == Phase::canceled && !is_bare(*job)) {
        return "a canceled job has a file or a later turn";
    }
    if (job->phase == Phase::succeeded && (!job->sha256 || job->claim == 0)) {
        return "a succeeded job has no file";
    }
    if (record->number == number_) {
        return {};
    }
    number_ = record->number;
    phase_ = job->phase;
    updated_ = job->updated;
    const job::Lsn token = exports::fencing_token(*job, record->lsn);
    if (phase_ == Phase::running && (tokens_.empty() || tokens_.back() != token)) {
        tokens_.push_back(token);
    }
    if (phase_ == Phase::running || phase_ == Phase::succeeded) {
        file_ = exports::file_path(id_, token, job->format);
    }
    sha256_ = job->sha256.value_or(exports::Sha256{});
    bytes_ = job->bytes_written;
    return {};
}

}  // namespace belay::sim
