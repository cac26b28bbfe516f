#include "http/families/common/keyed_write.hpp"

#include <array>
#include <exception>

namespace belay::http {
namespace {

constexpr ResponseField first_field{"X-Idempotency-Replayed", "false"};
constexpr ResponseField replay_field{"X-Idempotency-Replayed", "true"};
constexpr ResponseField retry_field{"Retry-After", "1"};

constexpr int first_error_status = 400;

/// Of a key that is claimed and has no answer yet.
constexpr std::uint16_t no_status = 0;

}  // namespace

void KeyedWrite::use_key(std::string name, const job::Fingerprint& request, Milliseconds kept) {
    key_name_ = std::move(name);
    request_ = request;
    kept_ = kept;
    set_key(key_name_);
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
                break;
            }
            status_ = view.remembered->status;
            body_ = view.remembered->body;
            kind_ = Answer::replay;
            return;
        case job::KeyVerdict::fresh:
            break;
    }
    try {
        status_ = perform(view, draft, body_);
    } catch (const std::exception&) {
        // Memory, most likely. Nothing has been reserved yet, so nothing is done.
        draft.abandon();
        body_.clear();
        status_ = render_unexpected(body_);
        kind_ = Answer::refusal;
        return;
    }
    kind_ = status_ < first_error_status ? Answer::first : Answer::refusal;
    if (key_name_.empty()) {
        return;
    }
    if (is_kept(status_)) {
        draft.remember({request_, static_cast<std::uint16_t>(status_), view.now + kept_, body_});
    } else if (claims_key()) {
        draft.remember({request_, no_status, view.now + kept_, {}});
    }
}

void KeyedWrite::done(const store::Receipt& receipt) noexcept {
    const bool told =
        receipt.status == store::Status::committed || receipt.status == store::Status::declined;
    if (receipt.status == store::Status::committed) {
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
            answer(status_, {&first_field, 1});
            return;
        case Answer::replay:
            answer(status_, {&replay_field, 1});
            return;
        case Answer::refusal:
            answer(status_, {});
            return;
    }
}

}  // namespace belay::http
