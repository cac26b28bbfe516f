// Keyed writes of simulated clients: the program's own idempotency (http/families/common) around
// what http/families/export_jobs/create_job.cpp and cancel_job.cpp do, without a connection.
#pragma once

#include <optional>
#include <string>

#include "core/exports/decide.hpp"
#include "http/families/common/keyed_write.hpp"

namespace belay::sim {

/// What a client sends; sent again it is the same request.
struct WriteRequest {
    bool is_cancel = false;
    job::TenantId tenant;
    job::Uuid subject;  ///< of a cancel: its job; of a create: the context
    exports::ReportType report = exports::ReportType::matched;
    exports::Format format = exports::Format::csv;
    std::string key;  ///< with its scope; empty: none
    job::Fingerprint fingerprint{};
};

/// Where the body of an answer is built: before the operation that refers to it.
struct AnswerBody {
    std::string answered;
};

class ClientWrite final : private AnswerBody, public http::KeyedWrite {
  public:
    static constexpr int status_reused = 422;  ///< told apart from every other refusal

    /// `id`: of the job that a create makes. `life` outlives it.
    ClientWrite(WriteRequest request, const job::Uuid& id, const exports::LifeSettings& life);

    const WriteRequest& request() const noexcept { return request_; }
    /// Of the job that it makes or cancels.
    const job::Uuid& id() const noexcept { return id_; }

    bool is_answered() const noexcept { return status_ != 0; }
    int status() const noexcept { return status_; }
    bool is_replay() const noexcept { return is_replay_; }
    const std::string& answer_body() const noexcept { return AnswerBody::answered; }
    /// 503 because a limit was reached: nothing is done.
    bool is_exhausted() const noexcept { return is_exhausted_; }
    /// How a cancel found its job.
    exports::Phase found() const noexcept { return found_; }

    /// What the last decision would have answered, and until when that is remembered; nullopt if it
    /// moved nothing of its own.
    struct Rendered {
        int status = 0;
        std::string body;
        WallTime expires;
    };
    const std::optional<Rendered>& rendered() const noexcept { return rendered_; }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override;
    int create(const store::View& view, store::Draft& draft, std::string& body);
    int cancel(const store::View& view, store::Draft& draft, std::string& body);
    void answer(int status, http::ResponseFields fields) noexcept override;
    bool is_kept(int status) const noexcept override { return status < 400; }
    int render_key_reused(std::string& body) const override;
    int render_unexpected(std::string& body) const override;
    int render_unavailable(store::Status status, std::string& body) const override;

    const WriteRequest request_;
    const job::Uuid id_;
    const exports::LifeSettings& life_;
    std::string value_;
    std::optional<Rendered> rendered_;
    exports::Phase found_ = exports::Phase::absent;
    int status_ = 0;
    bool is_replay_ = false;
    mutable bool is_exhausted_ = false;
};

}  // namespace belay::sim
