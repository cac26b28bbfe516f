// A write on behalf of a request: idempotency around what a family does (design 3).
//
// In this order: the records are loaded, then the key is looked up; a replay and a mismatch are
// answered without asking the family; else the family decides, and what it answers is kept under
// the key in the very transition that it answers for.
#pragma once

#include <string>
#include <string_view>

#include "http/families/common/shard_context.hpp"
#include "http/server/exchange.hpp"
#include "store/operation.hpp"

namespace belay::http {

class KeyedWrite : public store::Operation {
  public:
    void decide(const store::View& view, store::Draft& draft) final;
    void done(const store::Receipt& receipt) noexcept final;

  protected:
    /// The body is built in `body`, which outlives the operation.
    explicit KeyedWrite(std::string& body) noexcept : body_(body) {}

    /// The request names a key. `name` as append_key_name makes it.
    void use_key(std::string name, const job::Fingerprint& request, Milliseconds kept);

    /// What the request comes to if the key is fresh: puts into `draft` what moves, appends the
    /// body to `body`, and returns the status. May be called several times, each time from the
    /// start.
    virtual int perform(const store::View& view, store::Draft& draft, std::string& body) = 0;

    /// After a transition has become durable, before the answer.
    virtual void committed(const store::Receipt&) noexcept {}

    /// After anything else: nothing was moved, or nobody knows.
    virtual void not_committed(const store::Receipt&) noexcept {}

    /// Gives the answer; its body is the one handed over at construction. The last that happens:
    /// this object may be gone when it returns.
    virtual void answer(int status, ResponseFields fields) noexcept = 0;

    // The family's words.

    /// Which answers are kept under a key.
    virtual bool is_kept(int status) const noexcept = 0;

    /// Whether the key is to be this request's though perform() has no answer yet: another request
    /// under it is refused from now on, and the same one performs again.
    virtual bool claims_key() const noexcept { return false; }

    /// The key was used for another request: appends the body, returns the status.
    virtual int render_key_reused(std::string& body) const = 0;

    /// perform() threw: nothing is done. Appends the body, returns the status.
    virtual int render_unexpected(std::string& body) const = 0;

    /// The store could not do it (Status::exhausted), or nobody knows (unknown, stopped).
    virtual int render_unavailable(store::Status status, std::string& body) const = 0;

  private:
    enum class Answer : std::uint8_t { first, replay, refusal };

    std::string& body_;
    std::string key_name_;
    job::Fingerprint request_{};
    Milliseconds kept_{};
    int status_ = 0;
    Answer kind_ = Answer::refusal;
};

}  // namespace belay::http
