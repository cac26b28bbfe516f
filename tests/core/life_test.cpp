// The lifecycle of export jobs: the table, walked whole, and what each move does to a job.
#include <boost/test/unit_test.hpp>

#include "core/exports/decide.hpp"

namespace belay::exports {
namespace {

using job::Verdict;

constexpr WallTime start(Milliseconds(1'700'000'000'000));
constexpr job::Lsn claim_lsn = 640;

Standing standing_in(Phase phase) {
    Standing standing;
    standing.id = job::make_uuid_v7(start, {});
    standing.version = 6400;
    standing.job = make_job({}, {}, ReportType::matched, Format::csv, {}, start);
    standing.job.phase = phase;
    if (phase != Phase::queued) {
        standing.job.attempts = 1;
        standing.job.claim = claim_lsn;
        standing.job.started = start;
    }
    if (phase == Phase::running) {
        standing.job.lease_until = start + std::chrono::seconds(30);
    }
    if (is_terminal(phase)) {
        standing.job.finished = start;
    }
    return standing;
}

/// Late enough for every timer, so that only the table decides.
constexpr WallTime late = start + std::chrono::hours(24 * 365);

BOOST_AUTO_TEST_SUITE(life)

// The seed and exports.md 1.5 and 1.6, written a second time by hand: which asks move which phase.
BOOST_AUTO_TEST_CASE(every_phase_and_ask_is_as_the_contract_says) {
    const std::pair<Phase, std::vector<std::pair<Ask, Phase>>> moving[] = {
        {Phase::absent, {{Ask::create, Phase::queued}}},
        {Phase::queued,
         {{Ask::claim, Phase::running},
          {Ask::cancel, Phase::canceled},
          {Ask::expire, Phase::expired}}},
        {Phase::running,
         {{Ask::progress, Phase::running},
          {Ask::succeed, Phase::succeeded},
          {Ask::retry, Phase::queued},
          {Ask::fail, Phase::failed},
          {Ask::release, Phase::queued},
          {Ask::lapse, Phase::queued},
          {Ask::cancel, Phase::canceled}}},
        {Phase::succeeded, {{Ask::expire, Phase::expired}, {Ask::remove, Phase::absent}}},
        {Phase::failed, {{Ask::remove, Phase::absent}}},
        {Phase::expired, {{Ask::remove, Phase::absent}}},
        {Phase::canceled, {{Ask::remove, Phase::absent}}}};
    std::size_t pairs = 0;
    for (const auto& [phase, moves] : moving) {
        for (std::size_t number = 0; number < Rules::asks; ++number) {
            const Ask ask = static_cast<Ask>(number);
            const job::Rule<Phase> rule = rules.at(phase, ask);
            const auto expected = std::find_if(moves.begin(), moves.end(),
                                               [&](const auto& move) { return move.first == ask; });
            ++pairs;
            if (expected != moves.end()) {
                BOOST_TEST((rule.verdict == Verdict::applied));
                BOOST_TEST((rule.next == expected->second));
            } else {
                BOOST_TEST(!job::moves(rule.verdict));
                BOOST_TEST((rule.next == phase));
                BOOST_TEST((rule.verdict == Verdict::already_ended) == is_terminal(phase));
                BOOST_TEST((rule.verdict == Verdict::not_found) == (phase == Phase::absent));
            }
        }
    }
    BOOST_TEST(pairs == Rules::phases * Rules::asks);
}

BOOST_AUTO_TEST_CASE(nothing_leaves_canceled_but_removal) {
    const Standing canceled = standing_in(Phase::canceled);
    for (std::size_t number = 0; number < Rules::asks; ++number) {
        Request request;
        request.ask = static_cast<Ask>(number);
        request.token = claim_lsn;
        const Decision decision = decide(&canceled, request, late, {});
        if (request.ask == Ask::remove) {
            BOOST_TEST((decision.next.phase == Phase::absent));
        } else {
            BOOST_TEST((decision.verdict == Verdict::already_ended));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_worker_without_the_lease_moves_nothing) {
    for (const Ask ask : {Ask::progress, Ask::succeed, Ask::retry, Ask::fail, Ask::release}) {
        for (const Phase phase : {Phase::queued, Phase::running}) {
            const Standing standing = standing_in(phase);
            Request request;
            request.ask = ask;
            request.token = claim_lsn + 64;
            BOOST_TEST((decide(&standing, request, late, {}).verdict == Verdict::lease_lost));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_token_of_a_fresh_claim_is_its_own_lsn) {
    const Standing queued = standing_in(Phase::queued);
    const Decision claimed = decide(&queued, {.ask = Ask::claim}, start, {});
    BOOST_REQUIRE((claimed.verdict == Verdict::applied));
    const Standing running{queued.id, 12'800, claimed.next};
    BOOST_TEST(fencing_token(running.job, running.version) == 12'800U);
    const Decision renewed =
        decide(&running, {.ask = Ask::progress, .token = 12'800, .records_written = 7}, start, {});
    BOOST_REQUIRE((renewed.verdict == Verdict::applied));
    BOOST_TEST(fencing_token(renewed.next, 99'999) == 12'800U);
    BOOST_TEST(renewed.next.records_written == 7U);
}

BOOST_AUTO_TEST_CASE(retries_wait_one_two_four_seconds_and_the_fourth_failure_is_the_last) {
    Standing standing = standing_in(Phase::queued);
    WallTime now = start;
    for (const int seconds : {1, 2, 4, 0}) {
        const Decision claimed = decide(&standing, {.ask = Ask::claim}, now, {});
        BOOST_REQUIRE((claimed.verdict == Verdict::applied));
        standing = {standing.id, standing.version + 64, claimed.next};
        const Request failure{
            .ask = Ask::fail, .token = standing.version, .error = "the disk is full"};
        const Decision failed = decide(&standing, failure, now, {});
        BOOST_REQUIRE((failed.verdict == Verdict::applied));
        standing = {standing.id, standing.version + 64, failed.next};
        BOOST_TEST(standing.job.error == "the disk is full");
        if (seconds == 0) {
            BOOST_TEST((standing.job.phase == Phase::failed));
            BOOST_TEST((standing.job.finished == now));
            break;
        }
        BOOST_TEST((standing.job.phase == Phase::queued));
        BOOST_TEST((standing.job.next_try == now + std::chrono::seconds(seconds)));
        BOOST_TEST((decide(&standing, {.ask = Ask::claim}, now, {}).verdict == Verdict::not_due));
        now = *standing.job.next_try;
    }
}

BOOST_AUTO_TEST_CASE(a_lapsed_lease_counts_as_no_failed_attempt) {
    const Standing running = standing_in(Phase::running);
    const WallTime end = *running.job.lease_until;
    BOOST_TEST((decide(&running, {.ask = Ask::lapse}, end - Milliseconds(1), {}).verdict ==
                Verdict::not_due));
    const Decision lapsed = decide(&running, {.ask = Ask::lapse}, end, {});
    BOOST_TEST((lapsed.next.phase == Phase::queued));
    BOOST_TEST(lapsed.next.attempts == 0U);
}

BOOST_AUTO_TEST_CASE(a_canceled_job_keeps_what_it_had_and_ends_now) {
    Standing running = standing_in(Phase::running);
    running.job.records_written = 5;
    const Decision canceled = decide(&running, {.ask = Ask::cancel}, start + Milliseconds(9), {});
    BOOST_TEST((canceled.next.finished == start + Milliseconds(9)));
    BOOST_TEST((canceled.next.started == running.job.started));
    BOOST_TEST(canceled.next.records_written == 5U);
    BOOST_TEST(!canceled.next.lease_until.has_value());
}

BOOST_AUTO_TEST_CASE(time_in_a_job_never_runs_backwards) {
    Standing running = standing_in(Phase::running);
    running.job.updated = start + std::chrono::hours(1);
    const Decision canceled = decide(&running, {.ask = Ask::cancel}, start, {});
    BOOST_TEST((canceled.next.updated == running.job.updated));
    BOOST_TEST((canceled.next.finished == running.job.updated));
}

BOOST_AUTO_TEST_CASE(timers_ask_for_the_right_thing_and_not_early) {
    const LifeSettings settings;
    for (const Phase phase :
         {Phase::running, Phase::succeeded, Phase::failed, Phase::expired, Phase::canceled}) {
        const Standing standing = standing_in(phase);
        const WallTime due = due_at(standing, settings);
        BOOST_TEST(!due_ask(standing, due - Milliseconds(1), settings).has_value());
        const std::optional<Ask> ask = due_ask(standing, due, settings);
        BOOST_REQUIRE(ask.has_value());
        BOOST_TEST((decide(&standing, {.ask = *ask}, due, settings).verdict == Verdict::applied));
        BOOST_TEST((decide(&standing, {.ask = *ask}, due - Milliseconds(1), settings).verdict ==
                    Verdict::not_due));
    }
    const Standing queued = standing_in(Phase::queued);
    BOOST_TEST(!due_ask(queued, start, settings).has_value());
    const WallTime week = start + std::chrono::hours(7 * 24);
    BOOST_TEST((due_ask(queued, week, settings) == Ask::expire));
    BOOST_TEST(
        (decide(&queued, {.ask = Ask::claim}, week, settings).verdict == Verdict::wrong_phase));
}

BOOST_AUTO_TEST_CASE(a_record_reads_back_as_it_was_written) {
    Standing standing = standing_in(Phase::succeeded);
    standing.job.filter = {parse_day("2026-10-23").value(), parse_day("2026-11-22").value(),
                           job::make_uuid_v7(start, {1, 2, 3})};
    standing.job.sha256 = Sha256{std::byte{1}, std::byte{2}};
    standing.job.error = "an earlier failure";
    standing.job.records_written = 10;
    std::string bytes;
    encode(standing.job, bytes);
    const Job read = decode_job(as_byte_span(bytes)).value();
    BOOST_TEST((read == standing.job));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST(decode_job(as_byte_span(std::string_view(bytes).substr(0, size))).has_error());
    }
    bytes.push_back('\0');
    BOOST_TEST(decode_job(as_byte_span(bytes)).has_error());
    bytes[0] = 2;
    BOOST_TEST((decode_job(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_CASE(names_of_files) {
    Standing standing = standing_in(Phase::queued);
    standing.job.context = job::parse_uuid("0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b").value();
    standing.job.filter = {parse_day("2026-10-23").value(), parse_day("2026-11-22").value(), {}};
    BOOST_TEST(file_name(standing.job) == "MATCHED_0189a2c4_20261023-20261122.csv");
    BOOST_TEST(file_path(standing.job.context, 640, Format::json) ==
               "files/exports/0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b-640.json");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
