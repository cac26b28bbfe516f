// A write on behalf of a request: idempotency around what a family does (design 3).
//
// In this order: the records are loaded, then the key is looked up; a replay and a mismatch are
// answered without asking the family; else the family decides, and what it answers is kept under
// the key in the very transition that it answers for.
//
// A request may also ask for its key alone (Exchange::claims_key_only()): one that a job sent, or
// was about to send, before it was canceled. Then what the key remembers is answered, and a fresh
// key is claimed in a transition of its own, with a refusal: whoever claims first decides whether
// the request is ever done. To claim once more what was so claimed says the same again.
#pragma once

#include <string>
#include <string_view>

#include "core/base/spare_text.hpp"
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
    void use_key(SpareText name, const job::Fingerprint& request, Milliseconds kept);

    /// Nothing is to be done but to claim the key, which the request names.
    void claim_key_only() noexcept {
        claims_only_ = true;
        set_importance(store::Importance::essential);
    }

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

    /// What is kept under the key of the answer with this body: the body, unless replays are made
    /// anew. A view that stays until done().
    virtual std::string_view kept_of(std::string_view body) const noexcept { return body; }

    /// The same request again: makes the answer's body of what was kept under its key, which is
    /// durable by now, and returns its status, given the one that was kept.
    virtual int replay(int status, std::string&) noexcept { return status; }

    /// What the first answer under a key, or a replay of it, says of that.
    virtual ResponseFields key_fields(bool is_replay) const noexcept;

    /// The key was used for another request, or is used up: appends the body, returns the status.
    virtual int render_key_reused(std::string& body) const = 0;

    /// perform() threw: nothing is done. Appends the body, returns the status.
    virtual int render_unexpected(std::string& body) const = 0;

    /// The store could not do it (Status::exhausted), or nobody knows (unknown, stopped).
    virtual int render_unavailable(store::Status status, std::string& body) const = 0;

  private:
    enum class Answer : std::uint8_t { first, replay, refusal, claim };

    void decide_fresh(const store::View& view, store::Draft& draft);
    void look(const store::View& view, store::Draft& draft);
    void claim(const store::View& view, store::Draft& draft);
    bool perform_safely(const store::View& view, store::Draft& draft);
    job::RememberedAnswer answer_until(WallTime now, int status) const noexcept;

    std::string& body_;
    SpareText key_name_;
    job::Fingerprint request_{};
    Milliseconds kept_{};
    int status_ = 0;
    Answer kind_ = Answer::refusal;
    bool claims_only_ = false;
};

}  // namespace belay::http
