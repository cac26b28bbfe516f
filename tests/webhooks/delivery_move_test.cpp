// What an attempt does to the records: the event, the log of attempts, the dead letter, the
// endpoint, together.
#include "http/drive/webhooks/delivery_move.hpp"

#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/world/clock.hpp"
#include "core/world/disk_sim.hpp"
#include "http/drive/subjects.hpp"
#include "http/families/families.hpp"
#include "store/blocking_lane.hpp"

namespace belay::webhooks {
namespace {

using outbox::DeliveryState;
using outbox::Outcome;

constexpr WallTime birth(Milliseconds(1'795'000'000'000));
const job::TenantId tenant{{1}};
const job::Uuid endpoint_id{{2}};
const job::Uuid other_endpoint{{3}};
const job::Uuid event_id{{4}};
const job::RecordId job_id{job::Kind{2}, job::Uuid{{5}}};

/// Puts values as they are.
class Put final : public store::Operation {
  public:
    void add(const job::RecordId& id, std::string value) {
        subjects_.add(id);
        values_.push_back(std::move(value));
        set_subjects(subjects_.all());
    }

    void decide(const store::View&, store::Draft& draft) override {
        for (std::size_t at = 0; at < values_.size(); ++at) {
            draft.put(at, as_byte_span(values_[at]));
        }
    }
    void done(const store::Receipt& receipt) noexcept override {
        BOOST_TEST((receipt.status == store::Status::committed));
    }

  private:
    http::Subjects subjects_;
    std::vector<std::string> values_;
};

class RunMove final : public DeliveryMove {
  public:
    using DeliveryMove::DeliveryMove;
    void done(const store::Receipt& receipt) noexcept override { status = receipt.status; }
    store::Status status = store::Status::declined;
};

struct Fixture : store::FailureListener {
    Fixture() : disk(1), clock(birth), entropy(1) {
        store::Settings settings;
        settings.ring_bytes = 4 << 20;
        settings.segment_bytes = 1 << 20;
        settings.snapshot_interval = Milliseconds(0);
        settings.single_threaded = true;
        auto opened = store::Store::open(disk, clock, entropy, families::schema(), settings, *this);
        BOOST_REQUIRE(opened.has_value());
        store = std::move(*opened);
        lane.emplace(*store);
        Put put;
        outbox::Endpoint endpoint;
        endpoint.tenant = tenant;
        endpoint.url = "https://example.org/";
        put.add({outbox::endpoint_kind, endpoint_id}, bytes_of(endpoint));
        put.add({outbox::delivery_log_kind, endpoint_id}, bytes_of(outbox::DeliveryLog{tenant}));
        outbox::Event event;
        event.tenant = tenant;
        event.subject = job_id;
        event.order = {3, 0};
        event.made = birth;
        event.name = "export_job.canceled";
        event.body = "{}";
        for (const job::Uuid& each : {endpoint_id, other_endpoint}) {
            outbox::Delivery delivery;
            delivery.endpoint = each;
            BOOST_REQUIRE(event.add(delivery));
        }
        put.add({outbox::event_kind, event_id}, bytes_of(event));
        lane->run(put);
    }

    void log_failed(boost::system::error_code) noexcept override { BOOST_ERROR("the log failed"); }

    template <class Value>
    static std::string bytes_of(const Value& value) {
        std::string bytes;
        outbox::encode(value, bytes);
        return bytes;
    }

    std::string read(const job::RecordId& id) {
        std::string bytes;
        lane->lane().read(id, [&](const store::RecordView& record) {
            bytes = std::string(as_text(record.value));
        });
        return bytes;
    }

    /// What came of it, and the letter's id.
    std::unique_ptr<RunMove> move(Report report, const job::Uuid& endpoint = endpoint_id) {
        letter = job::Uuid{{static_cast<std::uint8_t>(100 + moves)}};
        ++moves;
        auto made = std::make_unique<RunMove>(outbox::Errand{endpoint, job_id, {3, 0}, event_id},
                                              std::move(report), schedule, letter, 0);
        lane->run(*made);
        return made;
    }

    static Report failed(Outcome outcome = Outcome::refused) {
        Report report;
        report.outcome = outcome;
        report.status = 500;
        report.failure = "HTTP 500 from subscriber";
        return report;
    }

    bool has_event() { return !read({outbox::event_kind, event_id}).empty(); }
    bool has_letter() { return !read({outbox::dead_letter_kind, letter}).empty(); }

    DeliveryState state(const job::Uuid& endpoint = endpoint_id) {
        const std::string bytes = read({outbox::event_kind, event_id});
        return outbox::decode_event(as_byte_span(bytes)).value().find(endpoint)->state;
    }

    std::size_t logged() {
        const std::string bytes = read({outbox::delivery_log_kind, endpoint_id});
        return outbox::decode_delivery_log(as_byte_span(bytes)).value().count;
    }

    bool is_enabled() {
        const std::string bytes = read({outbox::endpoint_kind, endpoint_id});
        return outbox::decode_endpoint(as_byte_span(bytes)).value().is_enabled;
    }

    world::SimDisk disk;
    world::ManualClock clock;
    world::SeededEntropy entropy;
    std::unique_ptr<store::Store> store;
    std::optional<store::BlockingLane> lane;
    outbox::Schedule schedule{{Milliseconds(0), Milliseconds(1000)}};
    job::Uuid letter;
    unsigned moves = 0;
};

BOOST_FIXTURE_TEST_SUITE(delivery_move, Fixture)

BOOST_AUTO_TEST_CASE(an_event_goes_when_everybody_has_it) {
    const auto first = move({.outcome = Outcome::taken});
    BOOST_TEST((first->status == store::Status::committed));
    BOOST_TEST(!first->next_try().has_value());
    BOOST_TEST((state() == DeliveryState::delivered));
    BOOST_TEST((state(other_endpoint) == DeliveryState::waiting));
    BOOST_TEST(logged() == 1U);
    BOOST_TEST((move({.outcome = Outcome::taken})->status == store::Status::declined));
    BOOST_TEST(logged() == 1U);
    move({.outcome = Outcome::taken}, other_endpoint);
    BOOST_TEST(!has_event());
    BOOST_TEST((move({.outcome = Outcome::taken})->status == store::Status::declined));
}

BOOST_AUTO_TEST_CASE(a_failure_waits_and_then_dies) {
    const auto first = move(failed());
    BOOST_TEST((first->next_try() == birth + std::chrono::seconds(1)));
    BOOST_TEST((state() == DeliveryState::waiting));
    BOOST_TEST(!has_letter());
    const auto second = move(failed());
    BOOST_TEST(second->is_dead());
    BOOST_TEST((state() == DeliveryState::dead));
    const std::string bytes = read({outbox::dead_letter_kind, letter});
    const auto dead = outbox::decode_dead_letter(as_byte_span(bytes)).value();
    BOOST_TEST((dead.event == event_id && dead.endpoint == endpoint_id));
    BOOST_TEST((dead.order == outbox::Order{3, 0}));
    BOOST_TEST(dead.body == "{}");
    BOOST_TEST(dead.failure == "HTTP 500 from subscriber");
    BOOST_TEST(dead.attempts == 2U);
    BOOST_TEST(logged() == 2U);
    BOOST_TEST(is_enabled());
}

BOOST_AUTO_TEST_CASE(the_receiver_may_ask_for_time) {
    Report report = failed();
    report.retry_after = std::chrono::minutes(1);
    BOOST_TEST((move(std::move(report))->next_try() == birth + std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_CASE(gone_is_the_end_for_the_endpoint) {
    BOOST_TEST(move(failed(Outcome::gone))->is_dead());
    BOOST_TEST(!is_enabled());
    BOOST_TEST(has_letter());
}

BOOST_AUTO_TEST_CASE(what_is_not_tried_is_no_attempt) {
    BOOST_TEST(move({.kind = Report::Kind::disabled})->is_dead());
    BOOST_TEST(has_letter());
    BOOST_TEST(logged() == 0U);
    move({.kind = Report::Kind::deleted}, other_endpoint);
    BOOST_TEST(!has_letter());
    BOOST_TEST(!has_event());
}

/// Behind a receiver that is dead for good, events do not wait for their turn for ever.
BOOST_AUTO_TEST_CASE(one_that_is_too_old_dies_with_its_next_failure) {
    schedule = outbox::Schedule(std::vector<Milliseconds>(10, std::chrono::hours(1)));
    clock.advance(std::chrono::hours(33));
    BOOST_TEST(!move(failed())->is_dead());
    clock.advance(std::chrono::hours(2));
    BOOST_TEST(move(failed())->is_dead());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::webhooks
