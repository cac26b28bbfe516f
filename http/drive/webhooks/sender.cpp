#include "http/drive/webhooks/sender.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"

namespace belay::webhooks {
namespace {

/// How exactly what is due soon is on time, and how soon a jump of the clock is noticed.
constexpr Milliseconds short_tick(20);
constexpr Milliseconds long_tick(500);

/// Until an outcome that the store could not log is asked for anew: the event is sent again.
constexpr Milliseconds another_look = std::chrono::seconds(5);

constexpr int status_gone = 410;

std::string_view cut(std::string_view text) {
    return text.substr(0, outbox::failure_bytes_max);
}

}  // namespace

class Sender::Move final : public DeliveryMove {
  public:
    Move(run::Shard& shard, const outbox::Errand& errand, Report report,
         const outbox::Schedule& schedule, const job::Uuid& letter, std::uint32_t random)
        : DeliveryMove(errand, std::move(report), schedule, letter, random), done_(shard) {}

    void done(const store::Receipt& receipt) noexcept override {
        status_ = receipt.status;
        done_.set();
    }

    run::Event& finished() noexcept { return done_; }
    store::Status status() const noexcept { return status_; }

  private:
    run::Event done_;
    store::Status status_ = store::Status::declined;
};

Sender::Sender(const Parts& parts, const SenderSettings& settings)
    : parts_(parts),
      settings_(settings),
      short_ticks_(parts.shard.deadlines().of_length(short_tick)),
      long_ticks_(parts.shard.deadlines().of_length(long_tick)),
      work_(parts.shard),
      dispatch_(settings.bounds) {
    parts.feed.wake_with(parts.shard);
    parts.shard.add_turn(*this);
}

void Sender::start() {
    const bool started = parts_.shard.spawn(gate_, work());
    check(started, "the sender starts once, before it is stopped");
}

void Sender::stop(std::function<void()> when_idle) {
    stopping_ = true;
    work_.set();
    gate_.close(std::move(when_idle));
}

void Sender::end_turn() noexcept {
    if (parts_.feed.has_news()) {
        work_.set();
    }
}

run::task<> Sender::work() {
    while (!stopping_) {
        work_.reset();
        if (parts_.feed.take_missed()) {
            survey();
        }
        while (const std::optional<job::Uuid> event = parts_.feed.take()) {
            learn(*event);
        }
        begin_what_is_due();
        co_await work_.wait();
    }
    tick_.disarm();
}

void Sender::survey() {
    parts_.lane.walk([this](const job::RecordId& id, const store::RecordView& record) {
        if (id.kind == outbox::event_kind) {
            if (const result<outbox::Event> event = outbox::decode_event(record.value)) {
                note(id.id, *event);
            }
        }
    });
}

void Sender::learn(const job::Uuid& event) {
    parts_.lane.read({outbox::event_kind, event}, [&](const store::RecordView& record) {
        if (const result<outbox::Event> found = outbox::decode_event(record.value)) {
            note(event, *found);
        }
    });
}

void Sender::note(const job::Uuid& id, const outbox::Event& event) {
    for (const outbox::Delivery& delivery : event.deliveries()) {
        if (delivery.state == outbox::DeliveryState::waiting) {
            dispatch_.add({delivery.endpoint, event.subject, event.order, id}, delivery.next_try);
        }
    }
}

void Sender::begin_what_is_due() {
    const WallTime now = parts_.lane.now();
    while (const std::optional<outbox::Errand> errand = dispatch_.take(now)) {
        const bool begun = parts_.shard.spawn(gate_, deliver(*errand));
        check(begun, "the gate is open while the sender works");
    }
    tick_.disarm();
    if (const std::optional<WallTime> due = dispatch_.next_due()) {
        // The wall clock may jump, so a wait for long is no single wait.
        parts_.shard.arm(tick_, *due - now < 2 * long_tick ? short_ticks_ : long_ticks_);
    }
}

/// Two shards may tell of two events of one job the wrong way round. But whatever the earlier of
/// them is, it was durable before the later one: the job's events in the store tell.
bool Sender::is_first(const outbox::Errand& errand) {
    const job::ListId list{outbox::events_of_subject, errand.subject.id};
    parts_.lane.list(list, std::nullopt, [&](const job::Uuid& id, const store::RecordView& record) {
        const result<outbox::Event> event = outbox::decode_event(record.value);
        if (event && event->subject == errand.subject) {
            note(id, *event);
        }
        return true;
    });
    return dispatch_.is_first(errand);
}

Report Sender::prepare(const outbox::Errand& errand, std::optional<Message>& message) {
    Report report{.kind = Report::Kind::deleted};
    const auto with_event = [&](const outbox::Endpoint& endpoint, const store::RecordView& record) {
        const result<outbox::Event> event = outbox::decode_event(record.value);
        if (event) {
            message.emplace(endpoint, Message::Content{.event = errand.event,
                                                       .name = event->name,
                                                       .body = event->body,
                                                       .time = parts_.shard.clock().wall(),
                                                       .span = parts_.entropy.number()});
        }
    };
    parts_.lane.at_one_cut([&](store::Cut& cut) {
        cut.read({outbox::endpoint_kind, errand.endpoint}, [&](const store::RecordView& found) {
            const result<outbox::Endpoint> endpoint = outbox::decode_endpoint(found.value);
            report.leaves_letter = !endpoint || endpoint->style == outbox::Style::belay;
            if (!endpoint || !endpoint->is_enabled) {
                report.kind = Report::Kind::disabled;
                return;
            }
            cut.read({outbox::event_kind, errand.event},
                     [&](const store::RecordView& record) { with_event(*endpoint, record); });
        });
    });
    return report;
}

run::task<> Sender::deliver(outbox::Errand errand) {
    if (!is_first(errand)) {
        dispatch_.postpone(errand, parts_.lane.now());
        work_.set();
        co_return;
    }
    std::optional<Message> message;
    Report report = prepare(errand, message);
    if (message) {
        const WallTime begun = parts_.lane.now();
        const world::MonotonicTime start = parts_.shard.clock().monotonic();
        const client::Request& request = message->request();
        const auto outcome = co_await parts_.client.send(request);
        if (stopping_) {
            dispatch_.settle(errand);
            co_return;
        }
        const bool leaves_letter = report.leaves_letter;
        report = report_of(outcome);
        report.leaves_letter = leaves_letter;
        report.begun = begun;
        report.took =
            std::chrono::duration_cast<Milliseconds>(parts_.shard.clock().monotonic() - start);
        dispatch_.judge(errand.endpoint, report.outcome == outbox::Outcome::taken);
    }
    co_await log(errand, report);
    work_.set();
}

run::task<> Sender::log(const outbox::Errand& errand, const Report& report) {
    std::array<std::uint8_t, 10> random;
    parts_.entropy.fill(std::as_writable_bytes(std::span(random)));
    const job::Uuid letter = job::make_uuid_v7(parts_.lane.now(), random);
    const auto spread = static_cast<std::uint32_t>(parts_.entropy.number());
    Move move(parts_.shard, errand, report, settings_.schedule, letter, spread);
    parts_.lane.submit(move);
    co_await move.finished().wait();
    const bool is_told =
        move.status() == store::Status::committed || move.status() == store::Status::declined;
    if (!is_told) {
        dispatch_.postpone(errand, parts_.lane.now() + another_look);
        co_return;
    }
    if (move.next_try()) {
        dispatch_.postpone(errand, *move.next_try());
        co_return;
    }
    dispatch_.settle(errand);
    // A dead letter may have been sent for again before this was heard here.
    learn(errand.event);
}

Report Sender::report_of(const client::Outcome& outcome) {
    Report report;
    if (outcome.has_error()) {
        report.outcome = outbox::Outcome::unreachable;
        report.failure = std::string(cut(outcome.error().what));
        return report;
    }
    const int status = outcome->status;
    report.status = static_cast<std::uint16_t>(status);
    report.retry_after = outcome->retry_after;
    if (status >= 200 && status < 300) {
        report.outcome = outbox::Outcome::taken;
        return report;
    }
    report.outcome = status == status_gone ? outbox::Outcome::gone : outbox::Outcome::refused;
    report.failure = "HTTP " + std::to_string(status) + " from subscriber";
    return report;
}

}  // namespace belay::webhooks
