#include "http/families/common/keyed_write.hpp"

#include <exception>

#include "core/base/check.hpp"
#include "http/server/loopback.hpp"

namespace belay::http {
namespace {

constexpr ResponseField first_field{"X-Idempotency-Replayed", "false"};
constexpr ResponseField replay_field{"X-Idempotency-Replayed", "true"};
constexpr ResponseField retry_field{"Retry-After", "1"};

constexpr int first_error_status = 400;

/// Of a key that is claimed and has no answer yet.
constexpr std::uint16_t no_status = 0;

// DO NOT CHANGE THIS NUMBER: it stands on disk.
/// Of a key that was claimed by one that does nothing: whoever claims it again, after a crash, must
/// not take the refusal that was kept for an answer of the request.
constexpr std::uint16_t claimed_status = 1;

}  // namespace

void KeyedWrite::use_key(SpareText name, const job::Fingerprint& request, Milliseconds kept) {
    key_name_ = std::move(name);
    request_ = request;
    kept_ = kept;
    set_key(*key_name_);
    if (claims_only_) {
        claim_key_only();  // whatever importance the request itself has
    }
}

void KeyedWrite::decide(const store::View& view, store::Draft& draft) {
    body_.clear();
    switch (job::judge_key(view.remembered, request_, view.now)) {
        case job::KeyVerdict::reused:
            status_ = render_key_reused(body_);
            kind_ = Answer::refusal;
            return;
        case job::KeyVerdict::replay:
            if (view.remembered->status == no_status) {
                claims_only_ ? look(view, draft) : decide_fresh(view, draft);
                return;
            }
            if (view.remembered->status == claimed_status) {
                status_ = render_key_reused(body_);
                kind_ = claims_only_ ? Answer::claim : Answer::replay;
                return;
            }
            status_ = view.remembered->status;
            body_ = view.remembered->body;
            kind_ = Answer::replay;
            return;
        case job::KeyVerdict::fresh:
            claims_only_ ? claim(view, draft) : decide_fresh(view, draft);
            return;
    }
}

void KeyedWrite::decide_fresh(const store::View& view, store::Draft& draft) {
    if (!perform_safely(view, draft)) {
        return;
    }
    kind_ = status_ < first_error_status ? Answer::first : Answer::refusal;
    if (key_name_->empty()) {
        return;
    }
    if (is_kept(status_)) {
        draft.remember(answer_until(view.now, status_));
    } else if (claims_key()) {
        draft.remember(answer_until(view.now, no_status));
    }
}

/// The request was begun, and has no answer yet. What it comes to without moving anything is what
/// was done of it; where it would begin once more, nothing was.
void KeyedWrite::look(const store::View& view, store::Draft& draft) {
    if (!perform_safely(view, draft)) {
        return;
    }
    if (!draft.empty()) {
        draft.abandon();
        body_.clear();
        claim(view, draft);
        return;
    }
    kind_ = Answer::refusal;
    if (is_kept(status_)) {
        draft.remember(answer_until(view.now, status_));
        kind_ = Answer::replay;
    }
}

void KeyedWrite::claim(const store::View& view, store::Draft& draft) {
    check(!key_name_->empty(), "who claims a key names one");
    status_ = render_key_reused(body_);
    kind_ = Answer::claim;
    draft.remember(answer_until(view.now, claimed_status));
}

bool KeyedWrite::perform_safely(const store::View& view, store::Draft& draft) {
    try {
        status_ = perform(view, draft, body_);
        return true;
    } catch (const std::exception&) {
        // Memory, most likely. Nothing has been reserved yet, so nothing is done.
        draft.abandon();
        body_.clear();
        status_ = render_unexpected(body_);
        kind_ = Answer::refusal;
        return false;
    }
}

job::RememberedAnswer KeyedWrite::answer_until(WallTime now, int status) const noexcept {
    return {request_, static_cast<std::uint16_t>(status), now + kept_,
            status == no_status || status == claimed_status ? std::string_view() : kept_of(body_)};
}

ResponseFields KeyedWrite::key_fields(bool is_replay) const noexcept {
    return {is_replay ? &replay_field : &first_field, 1};
}

void KeyedWrite::done(const store::Receipt& receipt) noexcept {
    const bool told =
        receipt.status == store::Status::committed || receipt.status == store::Status::declined;
    if (claims_only_) {
        // Whatever moved, it was nothing of the request.
    } else if (receipt.status == store::Status::committed) {
        committed(receipt);
    } else {
        not_committed(receipt);
    }
    if (!told) {
        body_.clear();
        const int status = render_unavailable(receipt.status, body_);
        answer(status, {&retry_field, 1});
        return;
    }
    switch (kind_) {
        case Answer::first:
            answer(status_, key_fields(false));
            return;
        case Answer::replay:
            status_ = replay(status_, body_);
            answer(status_, key_fields(true));
            return;
        case Answer::refusal:
            answer(status_, {});
            return;
        case Answer::claim:
            answer(status_, {&claimed_key_field, 1});
            return;
    }
}

}  // namespace belay::http
