// Events of batch jobs: their bytes, their ids, and which transition tells of what.
#include "core/batches/event.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::batches {
namespace {

constexpr WallTime now(Milliseconds(1'795'000'000'000));

Event sample() {
    Event event;
    event.tenant = job::Uuid{{1}};
    event.is_live = false;
    event.type = EventType::completed;
    event.object = job::Uuid{{2}};
    event.counts = {3, 4, 5};
    event.request_id = "req_1";
    event.idempotency_key = "a-key";
    return event;
}

Job job_in(Phase phase, std::uint64_t succeeded = 0) {
    Job job;
    job.phase = phase;
    job.progress.succeeded = succeeded;
    return job;
}

BOOST_AUTO_TEST_SUITE(batch_events)

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    encode(sample(), bytes);
    BOOST_TEST((decode_event(as_byte_span(bytes)).value() == sample()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_event(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    for (const auto& [at, value] :
         {std::pair(1U, '\x02'), std::pair(2U, '\0'), std::pair(2U, '\x0C')}) {
        std::string bad = bytes;
        bad[at] = value;
        BOOST_TEST((decode_event(as_byte_span(bad)).error() == Error::corrupt));
    }
    bytes[0] = 2;
    BOOST_TEST((decode_event(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_CASE(names_and_back) {
    for (unsigned number = 1; number <= 11; ++number) {
        const auto type = static_cast<EventType>(number);
        BOOST_TEST((event_type_of(name_of(type)) == type));
    }
    BOOST_TEST((name_of(EventType::completed) == "v2.core.batch_job.completed"));
    BOOST_TEST(!event_type_of("").has_value());
    BOOST_TEST(!event_type_of("v2.core.batch_job.complete").has_value());
}

BOOST_AUTO_TEST_CASE(an_id_says_its_mode) {
    const job::Uuid id{{1, 2, 3, 4, 5, 6, 7, 8}};
    const std::string live = format_event_id({id, true});
    const std::string test = format_event_id({id, false});
    BOOST_TEST(live.size() == 4U + 26U);
    BOOST_TEST(live.starts_with("evt_"));
    BOOST_TEST(test == "evt_test_" + live.substr(4));
    BOOST_TEST((parse_event_id(live).value() == ModeId{id, true}));
    BOOST_TEST((parse_event_id(test).value() == ModeId{id, false}));
    BOOST_TEST(
        (parse_destination_id(format_destination_id({id, false})).value() == ModeId{id, false}));
    BOOST_TEST(!parse_destination_id(live));
    BOOST_TEST(!parse_event_id("evt_"));
    BOOST_TEST(!parse_event_id("evt_test_"));
    std::string bad = live;
    bad[10] = bad[10] == 'x' ? 'y' : 'x';
    BOOST_TEST(!parse_event_id(bad));
}

/// Whatever the rules let an ask do is told by what the ask may tell, and by one type of its own
/// beside `updated` at the most.
BOOST_AUTO_TEST_CASE(every_change_of_the_status_is_told) {
    for (unsigned from = 0; from < static_cast<unsigned>(Phase::count_); ++from) {
        for (unsigned asked = 0; asked < static_cast<unsigned>(Ask::count_); ++asked) {
            const auto phase = static_cast<Phase>(from);
            const auto ask = static_cast<Ask>(asked);
            const auto rule = rules.at(phase, ask);
            if (!job::moves(rule.verdict) || rule.next == Phase::absent) {
                continue;
            }
            const Job before = job_in(phase);
            const Job next = job_in(rule.next);
            std::size_t own = 0;
            std::size_t updated = 0;
            const EventsMade possible = events_possible(ask);
            for (const EventType type : possible.all()) {
                const Job* standing = phase == Phase::absent ? nullptr : &before;
                const bool told = is_event_of(type, standing, next, std::nullopt, now);
                (type == EventType::updated ? updated : own) += told ? 1U : 0U;
            }
            BOOST_TEST_CONTEXT(name_of(phase) << " to " << name_of(rule.next)) {
                const bool has_moved = phase != rule.next;
                BOOST_TEST(updated == (has_moved && phase != Phase::absent ? 1U : 0U));
                const bool has_own =
                    rule.next != Phase::in_progress && rule.next != Phase::cancelling;
                const std::size_t wanted = phase == Phase::absent ? 2 : has_own ? 1 : 0;
                BOOST_TEST(own == (has_moved ? wanted : 0U));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(counts_are_told_once_a_second) {
    const Job before = job_in(Phase::in_progress, 5);
    const auto told = [&](std::uint64_t succeeded, const std::optional<LastEvent>& last) {
        return is_event_of(EventType::updated, &before, job_in(Phase::in_progress, succeeded), last,
                           now);
    };
    const LastEvent old{now - progress_interval, {0, 5, 0}};
    const LastEvent young{now - progress_interval + Milliseconds(1), {0, 5, 0}};
    BOOST_TEST(told(6, old));
    BOOST_TEST(!told(6, young));
    BOOST_TEST(told(6, std::nullopt));
    BOOST_TEST(!told(0, std::nullopt));
    // Nothing has changed since it was told, and what was not told is, with whatever comes next.
    BOOST_TEST(!told(5, old));
    BOOST_TEST(told(5, LastEvent{now - progress_interval, {0, 4, 0}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
