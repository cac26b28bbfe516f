// A write under /v2 (contracts README 2; batches.md 6): what is kept under its key is not an answer
// but which object it was about, and a replay shows that object as it is now.
//
// Kept for 30 days, in the scope of account, mode, method and path; only answers below 400, so that
// a failed request runs again. A replay says so, and names the request that did it:
// Idempotent-Replayed: true, Original-Request: req_….
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "http/families/common/keyed_write.hpp"
#include "http/families/v2/answer.hpp"
#include "store/schema.hpp"

namespace belay::v2 {

inline constexpr Milliseconds key_lifetime = std::chrono::hours(30 * 24);

/// What the names of keys under /v2 look like.
void add_key_names(store::Vocabulary& vocabulary);

/// Lives as the exchange's state.
class LiveWrite : public http::KeyedWrite {
  protected:
    /// `object`: what perform() makes or changes, and what the answer shows.
    LiveWrite(http::Exchange& exchange, const job::Uuid& object);

    /// `key` may be empty. The request's fingerprint is taken here.
    void use_request_key(std::string_view key);

    http::Exchange& exchange() noexcept { return exchange_; }
    const job::Uuid& object() const noexcept { return object_; }

    /// Appends the body of an error; returns its status.
    static int refuse(const ErrorKind& kind, std::string& body);

    /// Appends the answer for the object as it is durable now; false: it is gone. Only for what is
    /// the caller's: its key is.
    virtual bool render_now(const job::Uuid& object, std::string& body) = 0;

  private:
    bool is_kept(int status) const noexcept final { return status < 400; }
    std::string_view kept_of(std::string_view) const noexcept final { return *kept_; }
    int replay(int status, std::string& body) noexcept final;
    http::ResponseFields key_fields(bool is_replay) const noexcept final;
    int render_key_reused(std::string& body) const final;
    int render_unexpected(std::string& body) const final;
    int render_unavailable(store::Status status, std::string& body) const final;
    void answer(int status, http::ResponseFields fields) noexcept final;

    http::Exchange& exchange_;
    const job::Uuid object_;
    SpareText kept_;              ///< the object's id and this request's; of a key
    SpareText original_request_;  ///< of a replay
    std::array<http::ResponseField, 2> replay_fields_;
    bool is_replayed_ = false;
};

}  // namespace belay::v2
