#include "http/drive/midaz/errand.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace belay::midaz {
namespace {

using Kind = http::LedgerOutcome::Kind;
using http::LedgerDeed;

constexpr unsigned doublings_max = 20;

}  // namespace

Errand::Errand(const http::LedgerOrder& order, const Accounts& accounts, const Patience& patience,
               std::string sender_alias, world::Entropy& entropy)
    : order_(order),
      accounts_(accounts),
      patience_(patience),
      entropy_(entropy),
      sender_alias_(std::move(sender_alias)) {
    if (order.deed != LedgerDeed::hold) {
        go(Stage::move);
    } else {
        go(sender_alias_.empty() ? Stage::look_up : Stage::hold);
    }
}

Errand::Step Errand::next(world::MonotonicTime now) {
    if (stage_ == Stage::ended) {
        return Step::end;
    }
    if (now >= order_.give_up) {
        end(Kind::unknown);
        return Step::end;
    }
    return now < not_before_ ? Step::wait : Step::call;
}

void Errand::answered(const Answer& answer, world::MonotonicTime now) {
    const Reading reading = read(answer);
    switch (stage_) {
        case Stage::look_up:
            after_look_up(reading, now);
            break;
        case Stage::hold:
            after_hold(answer, reading, now);
            break;
        case Stage::move:
            after_move(answer, reading, now);
            break;
        case Stage::read_back:
            after_read_back(answer, reading, now);
            break;
        case Stage::ended:
            check(false, "an errand that has ended makes no calls");
    }
}

void Errand::after_look_up(const Reading& reading, world::MonotonicTime now) {
    switch (judge_look_up(reading)) {
        case Judgement::done:
            sender_alias_ = reading.alias;
            tries_ = 0;
            go(Stage::hold);
            return;
        case Judgement::refused:
            outcome_.code = reading.code;
            end(Kind::refused);
            return;
        default:
            back_off({}, now);
            return;
    }
}

void Errand::after_hold(const Answer& answer, const Reading& reading, world::MonotonicTime now) {
    switch (judge_hold(reading)) {
        case Judgement::done:
            outcome_.transaction = *reading.id;
            end(Kind::done);
            return;
        case Judgement::insufficient_funds:
            refuse_unless_in_doubt(Kind::insufficient_funds, reading, now);
            return;
        case Judgement::refused:
            refuse_unless_in_doubt(Kind::refused, reading, now);
            return;
        case Judgement::unknown:
            doubt_until_ = now + patience_.call_timeout;
            break;
        default:
            break;
    }
    back_off(answer, now);
}

void Errand::refuse_unless_in_doubt(Kind kind, const Reading& reading, world::MonotonicTime now) {
    // A call that was given up may still be on its way and hold the money after this refusal.
    if (now < doubt_until_) {
        not_before_ = doubt_until_;
        return;
    }
    outcome_.code = reading.code;
    end(kind);
}

void Errand::after_move(const Answer& answer, const Reading& reading, world::MonotonicTime now) {
    const Judgement judgement = judge_move(order_.deed, reading);
    if (judgement != Judgement::missing) {
        missing_since_ = world::MonotonicTime::max();
    }
    switch (judgement) {
        case Judgement::done:
            end(Kind::done);
            return;
        case Judgement::other_won:
            end(Kind::other_won);
            return;
        case Judgement::refused:
            outcome_.code = reading.code;
            end(Kind::refused);
            return;
        case Judgement::missing:
            missing(reading, now);
            return;
        case Judgement::read_back:
            has_waited_ = false;
            go(Stage::read_back);
            return;
        default:
            // What was not answered may have been carried out, or be carried out meanwhile.
            back_off(answer, now);
            has_waited_ = true;
            go(Stage::read_back);
            return;
    }
}

void Errand::after_read_back(const Answer& answer, const Reading& reading,
                             world::MonotonicTime now) {
    switch (judge_read_back(order_.deed, reading)) {
        case Judgement::done:
            end(Kind::done);
            return;
        case Judgement::other_won:
            end(Kind::other_won);
            return;
        case Judgement::still_open:
            // Another caller's lock, if the call was answered; it may last minutes.
            if (!has_waited_) {
                back_off(answer, now);
            }
            go(Stage::move);
            return;
        case Judgement::missing:
            missing(reading, now);
            return;
        default:
            back_off(answer, now);
            has_waited_ = true;
            return;
    }
}

void Errand::missing(const Reading& reading, world::MonotonicTime now) {
    missing_since_ = std::min(missing_since_, now);
    if (now - missing_since_ >= patience_.missing_max) {
        outcome_.code = reading.code;
        end(Kind::refused);
        return;
    }
    back_off({}, now);
    go(Stage::move);
}

void Errand::go(Stage stage) {
    stage_ = stage;
    switch (stage) {
        case Stage::look_up:
            call_ = look_up_call(order_);
            return;
        case Stage::hold:
            call_ = hold_call(order_, sender_alias_, accounts_);
            return;
        case Stage::move:
            call_ = move_call(order_);
            return;
        case Stage::read_back:
            call_ = read_back_call(order_);
            return;
        case Stage::ended:
            return;
    }
}

void Errand::end(Kind kind) {
    outcome_.kind = kind;
    go(Stage::ended);
}

void Errand::back_off(const Answer& answer, world::MonotonicTime now) {
    const auto grown = patience_.retry_delay * (1LL << std::min(tries_, doublings_max));
    ++tries_;
    const Milliseconds longest = std::min<Milliseconds>(grown, patience_.retry_delay_max);
    // Between half and all of it, so that what failed together does not come back together.
    const auto half = static_cast<std::uint64_t>(longest.count() / 2);
    const auto spread = static_cast<std::int64_t>(entropy_.number() % (half + 1));
    Milliseconds wait = longest - Milliseconds(spread);
    if (answer.retry_after) {
        wait = std::max(wait, std::min(*answer.retry_after, patience_.retry_delay_max));
    }
    not_before_ = now + wait;
}

}  // namespace belay::midaz
