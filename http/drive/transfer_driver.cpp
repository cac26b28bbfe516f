#include "http/drive/transfer_driver.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/base/check.hpp"

namespace belay::http {
namespace {

using transfers::Ask;
using transfers::Phase;
using transfers::Step;
using world::RailWord;

/// Work of one kind in one turn, so that a turn is short.
constexpr std::size_t batch = 1024;

// Between two tries of what the store or the rail could not do.
constexpr Milliseconds retry_first(100);
constexpr Milliseconds retry_max = std::chrono::seconds(30);

Milliseconds retry_after(unsigned failures) noexcept {
    constexpr unsigned doublings_max = 9;
    return std::min(retry_max, retry_first * (1 << std::min(failures, doublings_max)));
}

/// Who made a transfer and was not told whether it is durable offers it all the same: it may become
/// so. It is looked for so often, which takes some minutes.
constexpr unsigned absent_looks = 20;

Ask ask_of(RailWord word, Phase phase) noexcept {
    switch (word) {
        case RailWord::accepted:
            return Ask::accept;
        case RailWord::settled:
            return Ask::complete;
        case RailWord::rejected:
            return Ask::reject;
        case RailWord::failed:
            return Ask::fail;
        case RailWord::withdrawn:
            // Of what it accepted before, the rail contradicts itself: at least no money goes out.
            return phase == Phase::processing ? Ask::fail : Ask::cancel;
        case RailWord::charged_back:
            break;
    }
    return Ask::chargeback;
}

/// Of what the driver asks by itself.
std::string_view reason_of(Ask ask) noexcept {
    return ask == Ask::fail ? "the recipient's account does not exist" : std::string_view();
}

world::RailOrder order_of(const job::Uuid& id, const transfers::Transfer& transfer) {
    const transfers::Counterparty& party = transfer.counterparty;
    return {.transfer = id,
            .tenant = transfer.tenant,
            .amount = transfer.amount.minor,
            .recipient = {party.ispb, party.branch, party.account, party.account_type,
                          party.holder_name, party.holder_document},
            .purpose = transfer.purpose,
            .description = transfer.description};
}

}  // namespace

TransferDriver::TransferDriver(const TransferDriverParts& parts,
                               const TransferDriverSettings& settings)
    : parts_(parts), settings_(settings) {}

TransferDriver::~TransferDriver() {
    check(moves_ == 0, "a driver ends when its moves are done");
}

bool TransferDriver::turn() {
    for (const job::Uuid& id : finished_) {
        make_ready(id);
    }
    finished_.clear();
    take_news();
    take_offers();
    take_due();
    const auto may_begin = [&] { return !stopping_ && moves_ < settings_.moves_max; };
    for (std::size_t count = 0; count < batch && !ready_.empty() && may_begin(); ++count) {
        const job::Uuid id = ready_.front();
        ready_.pop_front();
        proceed(id);
    }
    return !finished_.empty() || (!ready_.empty() && may_begin());
}

std::optional<WallTime> TransferDriver::next_due() const {
    return due_.empty() ? std::nullopt : std::optional(due_.top().time);
}

void TransferDriver::moved(TransferMove& move) noexcept {
    --moves_;
    finished_.push_back(move.id());
}

void TransferDriver::take_offers() {
    if (parts_.inbox.take_missed()) {
        look_through_store();
    }
    for (std::size_t count = 0; count < batch; ++count) {
        const std::optional<job::Uuid> id = parts_.inbox.take();
        if (!id) {
            return;
        }
        courses_[*id].is_offered = true;
        make_ready(*id);
    }
}

void TransferDriver::take_news() {
    parts_.inbox.take_news(news_);
    for (world::RailNews& each : news_) {
        const job::Uuid id = each.transfer;
        courses_[id].news.push_back(std::move(each));
        make_ready(id);
    }
}

void TransferDriver::take_due() {
    const WallTime now = parts_.lane.now();
    while (!due_.empty() && due_.top().time <= now) {
        const Due due = due_.top();
        due_.pop();
        const auto found = courses_.find(due.id);
        if (found != courses_.end() && found->second.due == due.time) {
            found->second.due.reset();
            make_ready(due.id);
        }
    }
}

void TransferDriver::look_through_store() {
    parts_.lane.walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (id.kind != transfers::transfer_kind) {
            return;
        }
        const auto transfer = transfers::decode_transfer(record.value);
        if (transfer && !is_terminal(transfer->phase) && courses_.try_emplace(id.id).second) {
            make_ready(id.id);
        }
    });
}

void TransferDriver::make_ready(const job::Uuid& id) {
    Course& course = courses_.at(id);
    if (!course.is_ready) {
        course.is_ready = true;
        ready_.push_back(id);
    }
}

/// Takes the transfer as far as it goes without waiting.
void TransferDriver::proceed(const job::Uuid& id) {
    Course& course = courses_.at(id);
    course.is_ready = false;
    if (course.move && !(course.move->is_done() && conclude(id, course))) {
        return;
    }
    const Shown shown = look(id);
    if (heed_news(id, course, shown)) {
        return;
    }
    switch (shown.step.kind) {
        case Step::Kind::none:
            if (shown.phase == Phase::absent && course.is_offered &&
                course.failures < absent_looks) {
                retry_later(id, course);
            } else {
                courses_.erase(id);
            }
            break;
        case Step::Kind::wait:
            wait_until(id, course, shown.step.due);
            break;
        case Step::Kind::ask:
            begin(id, course, shown.step.ask, std::string(reason_of(shown.step.ask)));
            break;
        case Step::Kind::send:
            send(id, course);
            break;
    }
}

/// The move is done. False if the transfer has to wait now.
bool TransferDriver::conclude(const job::Uuid& id, Course& course) {
    const std::unique_ptr<TransferMove> move = std::move(course.move);
    if (move->made_event()) {
        parts_.events.tell(move->act().event());
    }
    if (move->opened_intent() && parts_.intents != nullptr) {
        parts_.intents->look_after(id);
    }
    const store::Status status = move->receipt().status;
    if (status == store::Status::stopped) {
        return false;  // the process ends
    }
    const bool is_decided = status == store::Status::committed || status == store::Status::declined;
    if (is_decided && course.heeds_news && !move->act().is_busy()) {
        course.news.pop_front();
        course.failures = 0;
        return true;
    }
    if (move->applied()) {
        course.failures = 0;
        return true;
    }
    if (move->ask() == Ask::complete && move->act().fault() != ledger::MoveFault::none) {
        begin(id, course, Ask::fail, "the ledger cannot take it");
        return false;
    }
    // The store is short of something, or nobody knows what came of it; or somebody was faster, and
    // then the log soon shows what.
    retry_later(id, course);
    return false;
}

/// Reads what the log shows.
TransferDriver::Shown TransferDriver::look(const job::Uuid& id) {
    Shown shown;
    parts_.lane.read({transfers::transfer_kind, id}, [&](const store::RecordView& record) {
        if (const auto transfer = transfers::decode_transfer(record.value)) {
            shown = {transfer->type, transfer->phase,
                     next_step(*transfer, settings_.pace, parts_.lane.now())};
            if (transfer->intent && parts_.intents != nullptr) {
                // Whoever logged it may not have been told that it became durable.
                parts_.intents->look_after(id);
            }
        }
    });
    return shown;
}

/// Begins what the first of the news asks; false if there is none that can be heeded now.
bool TransferDriver::heed_news(const job::Uuid& id, Course& course, const Shown& shown) {
    if (shown.phase == Phase::absent) {
        course.news.clear();  // it is not ours
    }
    if (course.news.empty()) {
        return false;
    }
    const Ask ask = ask_of(course.news.front().word, shown.phase);
    if (ask == Ask::chargeback && !is_terminal(shown.phase)) {
        return false;  // the rail takes back what it has just sent: it has to come in before
    }
    if (ask == Ask::complete && shown.phase == Phase::pending) {
        // The acceptance was said to a process that is gone.
        begin(id, course, Ask::accept, {});
        return true;
    }
    begin(id, course, ask, course.news.front().text);
    course.heeds_news = true;
    return true;
}

void TransferDriver::send(const job::Uuid& id, Course& course) {
    const WallTime now = parts_.lane.now();
    if (course.sent && now < *course.sent + settings_.resend_interval) {
        wait_until(id, course, *course.sent + settings_.resend_interval);
        return;
    }
    bool is_taken = false;
    parts_.lane.read({transfers::transfer_kind, id}, [&](const store::RecordView& record) {
        const auto transfer = transfers::decode_transfer(record.value);
        is_taken = transfer && parts_.rail.submit(order_of(id, *transfer));
    });
    if (!is_taken) {
        retry_later(id, course);
        return;
    }
    course.sent = now;
    wait_until(id, course, now + settings_.resend_interval);
}

void TransferDriver::begin(const job::Uuid& id, Course& course, Ask ask, std::string text) {
    course.due.reset();
    course.heeds_news = false;
    course.move = std::make_unique<TransferMove>(parts_.lane,
                                                 TransferMove::Asked{.id = id,
                                                                     .ask = ask,
                                                                     .text = std::move(text),
                                                                     .event = new_id(),
                                                                     .transaction = new_id()},
                                                 settings_.zone, nullptr,
                                                 static_cast<TransferMove::Listener*>(this));
    ++moves_;
    parts_.lane.submit(*course.move);
}

void TransferDriver::wait_until(const job::Uuid& id, Course& course, WallTime due) {
    if (due - parts_.lane.now() > settings_.horizon && course.news.empty()) {
        courses_.erase(id);
        return;
    }
    if (course.due != due) {
        course.due = due;
        due_.push({due, id});
    }
}

void TransferDriver::retry_later(const job::Uuid& id, Course& course) {
    const Milliseconds wait = retry_after(course.failures);
    ++course.failures;
    wait_until(id, course, parts_.lane.now() + wait);
}

job::Uuid TransferDriver::new_id() {
    std::array<std::uint8_t, 10> random;
    parts_.entropy.fill(std::as_writable_bytes(std::span(random)));
    return job::make_uuid_v7(parts_.lane.now(), random);
}

}  // namespace belay::http
