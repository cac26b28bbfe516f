// The events of batch jobs' transitions in the store: each a record in the lists, and an event of
// the outbox for the destinations of the job's mode; and their end after 30 days.
#include "http/drive/batches/batch_event.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/batches/decide.hpp"
#include "core/world/clock.hpp"
#include "core/world/disk_sim.hpp"
#include "http/drive/batches/batch_move.hpp"
#include "http/drive/batches/event_chores.hpp"
#include "http/families/families.hpp"
#include "store/blocking_lane.hpp"

namespace belay::batch_drive {
namespace {

using batches::Ask;
using batches::EventType;

constexpr WallTime birth(Milliseconds(1'795'000'000'000));
const job::TenantId tenant{{1}};
const job::Uuid job_id{{2}};
const job::Uuid live_destination{{3}};
const job::Uuid test_destination{{4}};
const job::Uuid webhook{{5}};

/// Puts a value, and what a creation of the job tells if it is the job's.
class Put final : public store::Operation {
  public:
    Put(const job::RecordId& id, std::string value) : value_(std::move(value)) {
        subjects_.add(id);
        set_subjects(subjects_.all());
    }

    Put(const batches::Job& job, BatchEvent event) : job_(job), event_(std::move(event)) {
        batches::encode(job, value_);
        subjects_.add({batches::batch_kind, job_id});
        event_.name(subjects_);
        set_subjects(subjects_.all());
    }

    void decide(const store::View& view, store::Draft& draft) override {
        draft.put(0, as_byte_span(value_));
        event_.put(view, draft, view.subjects[0], job_);
    }

    void done(const store::Receipt& receipt) noexcept override {
        BOOST_TEST((receipt.status == store::Status::committed));
    }

  private:
    http::Subjects subjects_;
    std::string value_;
    batches::Job job_;
    BatchEvent event_;
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
        put_endpoint(live_destination, outbox::Style::stripe, true);
        put_endpoint(test_destination, outbox::Style::stripe, false);
        put_endpoint(webhook, outbox::Style::belay, true);
    }

    void log_failed(boost::system::error_code) noexcept override { BOOST_ERROR("the log failed"); }

    void put_endpoint(const job::Uuid& id, outbox::Style style, bool is_live) {
        outbox::Endpoint endpoint;
        endpoint.tenant = tenant;
        endpoint.style = style;
        endpoint.is_live = is_live;
        std::string bytes;
        outbox::encode(endpoint, bytes);
        Put put({outbox::endpoint_kind, id}, std::move(bytes));
        lane->run(put);
    }

    BatchEvent event_of(Ask ask) {
        return BatchEvent::of(lane->lane(), tenant, true, job_id, ask, {"req_1", "a-key"});
    }

    void create() {
        batches::Job job;
        job.tenant = tenant;
        job.phase = batches::Phase::ready_for_upload;
        job.upload_until = birth + life.upload_window;
        Put put(job, event_of(Ask::create));
        lane->run(put);
    }

    void move(batches::Request request) {
        request.token = claim;
        BatchMove move(job_id, request, life, event_of(request.ask));
        lane->run(move);
        BOOST_TEST(move.applied());
        claim = request.ask == Ask::claim ? move.receipt().lsn : claim;
    }

    void progress(std::uint64_t succeeded) {
        batches::Request request{.ask = Ask::progress};
        request.progress.succeeded = succeeded;
        move(request);
    }

    /// Of the job, the oldest first.
    std::vector<EventType> types(std::uint16_t list = batches::events_of_object,
                                 const job::Uuid& owner = job_id) {
        std::vector<EventType> all;
        lane->lane().list({list, owner}, std::nullopt, [&](const auto&, const auto& record) {
            all.push_back(batches::decode_event(record.value).value().type);
            return true;
        });
        std::reverse(all.begin(), all.end());
        return all;
    }

    world::SimDisk disk;
    world::ManualClock clock;
    world::SeededEntropy entropy;
    std::unique_ptr<store::Store> store;
    std::optional<store::BlockingLane> lane;
    const batches::LifeSettings life;
    job::Lsn claim = 0;
};

BOOST_FIXTURE_TEST_SUITE(batch_event, Fixture)

BOOST_AUTO_TEST_CASE(each_transition_is_told_where_it_is_wanted) {
    create();
    move({.ask = Ask::cancel});
    const std::vector<EventType> wanted{EventType::created, EventType::ready_for_upload,
                                        EventType::canceled, EventType::updated};
    BOOST_TEST((types() == wanted));
    BOOST_TEST((types(batches::live_events_of_account, tenant) == wanted));
    BOOST_TEST(types(batches::test_events_of_account, tenant).empty());
    std::vector<std::string> sent;
    lane->lane().list(
        {outbox::events_of_subject, job_id}, std::nullopt,
        [&](const job::Uuid& id, const store::RecordView& record) {
            auto event = outbox::decode_event(record.value).value();
            BOOST_TEST(event.delivery_count == 1U);
            BOOST_TEST((event.find(live_destination) != nullptr));
            const std::string name = batches::format_event_id({id, true});
            BOOST_TEST(event.body.starts_with("{\"id\":\"" + name + "\""));
            BOOST_TEST(event.body.find("\"idempotency_key\":\"a-key\"") != std::string_view::npos);
            sent.emplace_back(event.name);
            return true;
        });
    BOOST_TEST((sent == std::vector<std::string>{
                            "v2.core.batch_job.updated", "v2.core.batch_job.canceled",
                            "v2.core.batch_job.ready_for_upload", "v2.core.batch_job.created"}));
}

BOOST_AUTO_TEST_CASE(counts_are_told_once_a_second_and_none_is_forgotten) {
    create();
    move({.ask = Ask::run, .upload = job::Uuid{{9}}, .input_bytes = 1});
    move({.ask = Ask::claim});
    const std::size_t before = types().size();
    BOOST_TEST(before == 3U);
    clock.advance(batches::progress_interval);
    progress(1);
    BOOST_TEST(types().size() == before + 1);
    progress(2);
    progress(3);
    BOOST_TEST(types().size() == before + 1);
    clock.advance(batches::progress_interval);
    progress(3);  // nothing new but what was not told yet
    BOOST_TEST(types().size() == before + 2);
    clock.advance(batches::progress_interval);
    progress(3);
    BOOST_TEST(types().size() == before + 2);
    progress(4);
    move({.ask = Ask::finish});
    const auto all = types();
    BOOST_TEST(all.size() == before + 5);
    BOOST_TEST((all[all.size() - 2] == EventType::completed));
    BOOST_TEST((all.back() == EventType::updated));
}

BOOST_AUTO_TEST_CASE(they_are_kept_for_thirty_days) {
    create();
    work::Agenda agenda(std::chrono::hours(24));
    EventChores chores(agenda);
    const auto survey = [&] {
        lane->lane().walk([&](const job::RecordId& id, const store::RecordView& record) {
            if (chores.is_about(id.kind)) {
                chores.survey(id, record, lane->lane().now());
            }
        });
    };
    survey();
    BOOST_TEST(agenda.size() == 0U);
    clock.advance(batches::event_retention - Milliseconds(1));
    survey();
    BOOST_TEST(agenda.size() == 2U);
    BOOST_TEST(!agenda.take_due(lane->lane().now()).has_value());
    clock.advance(Milliseconds(1));
    while (const auto due = agenda.take_due(lane->lane().now())) {
        chores.due(*lane, *due);
    }
    BOOST_TEST(types().empty());
    BOOST_TEST(types(batches::live_events_of_account, tenant).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive
