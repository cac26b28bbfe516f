#include "http/drive/simulated_rail.hpp"

#include <algorithm>
#include <utility>

namespace belay::http {
namespace {

using world::RailWord;

/// So many transfers that have ended, or were withdrawn, are known: what is sent again after that
/// counts as new.
constexpr std::size_t ended_max = 100'000;

/// Messages that wait to be fetched, of all tenants.
constexpr std::size_t inbound_max = 10'000;

/// The thread looks at the clock so often, whatever it was told: clocks may be moved.
constexpr std::chrono::nanoseconds wait_max = std::chrono::milliseconds(50);

/// Of a transfer always the same; at most 20 characters (transfers.md 2.3).
std::string control_number(const job::Uuid& transfer) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text = "SIM";
    for (std::size_t at = transfer.octets.size() / 2; at < transfer.octets.size(); ++at) {
        text += digits[transfer.octets[at] >> 4];
        text += digits[transfer.octets[at] & 0xFU];
    }
    return text;
}

}  // namespace

SimulatedRail::SimulatedRail(SimulatedRailSettings settings, const world::Clock& clock,
                             world::RailListener& listener)
    : settings_(std::move(settings)), clock_(clock), listener_(listener) {}

SimulatedRail::~SimulatedRail() = default;

bool SimulatedRail::submit(const world::RailOrder& order) {
    {
        const std::lock_guard guard(mutex_);
        const auto [found, is_new] = courses_.try_emplace(order.transfer);
        if (is_new) {
            found->second.outcome = outcome_of(order.amount);
            plan(order.transfer, RailWord::accepted, control_number(order.transfer),
                 delay_of(found->second.outcome, settings_.accept_delay), true);
        } else {
            tell_again(order.transfer, found->second);
        }
    }
    wake();
    return true;
}

void SimulatedRail::tell_again(const job::Uuid& transfer, const Course& course) {
    switch (course.stage) {
        case Stage::sent:
            break;  // there is nothing to tell yet
        case Stage::withdrawn:
            plan(transfer, RailWord::withdrawn, {}, {}, false);
            break;
        case Stage::accepted:
            plan(transfer, RailWord::accepted, control_number(transfer), {}, false);
            break;
        case Stage::ended:
            plan(transfer, RailWord::accepted, control_number(transfer), {}, false);
            plan_end(transfer, course, {}, false);
            break;
    }
}

void SimulatedRail::withdraw(const job::Uuid& transfer) noexcept {
    const std::lock_guard guard(mutex_);
    Course& course = courses_[transfer];
    if (course.stage == Stage::sent) {
        course.stage = Stage::withdrawn;
        remember_end(transfer);
    }
}

std::vector<world::RailInbound> SimulatedRail::inbound(const job::TenantId& tenant,
                                                       std::size_t at_most) {
    const std::lock_guard guard(mutex_);
    std::vector<world::RailInbound> messages;
    for (const world::RailInbound& message : inbound_) {
        if (messages.size() == at_most) {
            break;
        }
        if (message.tenant == tenant) {
            messages.push_back(message);
        }
    }
    return messages;
}

void SimulatedRail::confirm(const world::RailInbound& message) {
    const std::lock_guard guard(mutex_);
    const auto found = std::find(inbound_.begin(), inbound_.end(), message);
    if (found != inbound_.end()) {
        inbound_.erase(found);
    }
}

bool SimulatedRail::receive(world::RailInbound message) {
    const std::lock_guard guard(mutex_);
    if (inbound_.size() == inbound_max) {
        return false;
    }
    inbound_.push_back(std::move(message));
    return true;
}

void SimulatedRail::charge_back(const job::Uuid& transfer, std::string reason) {
    {
        const std::lock_guard guard(mutex_);
        plan(transfer, RailWord::charged_back, std::move(reason), {}, false);
    }
    wake();
}

void SimulatedRail::advance() {
    std::vector<world::RailNews> news;
    {
        const std::lock_guard guard(mutex_);
        const world::MonotonicTime now = clock_.monotonic();
        while (!due_.empty() && due_.top().time <= now) {
            Due due = due_.top();
            due_.pop();
            if (happens(due)) {
                news.push_back(std::move(due.news));
            }
        }
    }
    for (world::RailNews& each : news) {
        listener_.told(std::move(each));
    }
}

/// Whether it is to be told: what was withdrawn in between does not happen.
bool SimulatedRail::happens(const Due& due) {
    if (!due.moves) {
        return true;
    }
    const auto found = courses_.find(due.news.transfer);
    if (found == courses_.end() || found->second.stage == Stage::withdrawn) {
        return false;
    }
    Course& course = found->second;
    if (due.news.word == RailWord::accepted) {
        course.stage = Stage::accepted;
        plan_end(due.news.transfer, course, delay_of(course.outcome, settings_.settle_delay), true);
    } else {
        course.stage = Stage::ended;
        remember_end(due.news.transfer);
    }
    return true;
}

std::optional<world::MonotonicTime> SimulatedRail::next_due() const {
    const std::lock_guard guard(mutex_);
    return due_.empty() ? std::nullopt : std::optional(due_.top().time);
}

void SimulatedRail::wait_for_due() {
    std::unique_lock guard(mutex_);
    std::chrono::nanoseconds at_most = wait_max;
    if (!due_.empty()) {
        at_most = std::min(at_most, due_.top().time - clock_.monotonic());
    }
    condition_.wait_for(guard, at_most, [this] { return woken_; });
    woken_ = false;
}

void SimulatedRail::wake() noexcept {
    {
        const std::lock_guard guard(mutex_);
        woken_ = true;
    }
    condition_.notify_one();
}

void SimulatedRail::plan(const job::Uuid& transfer, RailWord word, std::string text,
                         Milliseconds delay, bool moves) {
    due_.push({clock_.monotonic() + delay, made_, {transfer, word, std::move(text)}, moves});
    ++made_;
}

void SimulatedRail::plan_end(const job::Uuid& transfer, const Course& course, Milliseconds delay,
                             bool moves) {
    switch (course.outcome) {
        case RailOutcome::rejected:
            plan(transfer, RailWord::rejected, "refused by the simulated rail", delay, moves);
            break;
        case RailOutcome::failed:
            plan(transfer, RailWord::failed, "not done by the simulated rail", delay, moves);
            break;
        case RailOutcome::completed:
        case RailOutcome::slow:
            plan(transfer, RailWord::settled, {}, delay, moves);
            break;
    }
}

void SimulatedRail::remember_end(const job::Uuid& transfer) {
    ended_.push_back(transfer);
    if (ended_.size() > ended_max) {
        courses_.erase(ended_.front());
        ended_.pop_front();
    }
}

Milliseconds SimulatedRail::delay_of(RailOutcome outcome, Milliseconds usual) const noexcept {
    return outcome == RailOutcome::slow ? settings_.slow_delay : usual;
}

RailOutcome SimulatedRail::outcome_of(std::int64_t amount) const {
    const auto found = settings_.by_amount.find(amount);
    return found == settings_.by_amount.end() ? settings_.outcome : found->second;
}

SimulatedRailThread::SimulatedRailThread(SimulatedRail& rail)
    : rail_(rail), thread_([this] { run(); }) {}

SimulatedRailThread::~SimulatedRailThread() {
    stop();
}

void SimulatedRailThread::stop() {
    // relaxed: the wake that follows takes the mutex that the sleep takes.
    stopping_.store(true, std::memory_order_relaxed);
    rail_.wake();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void SimulatedRailThread::run() {
    while (!stopping_.load(std::memory_order_relaxed)) {
        rail_.advance();
        rail_.wait_for_due();
    }
}

}  // namespace belay::http
