// The lifecycle of batch jobs: the table, walked whole, and what a move does.
#include <boost/test/unit_test.hpp>

#include "core/batches/decide.hpp"

namespace belay::batches {
namespace {

using job::Verdict;
using enum Phase;

constexpr WallTime start(Milliseconds(1'795'000'000'000));
constexpr job::Lsn claim_lsn = 640;
const LifeSettings settings;

Standing standing_in(Phase phase) {
    Standing standing;
    standing.version = 1280;
    standing.job.phase = phase;
    standing.job.updated = start;
    standing.job.started = start;
    standing.job.upload_until = start + settings.upload_window;
    if (is_running(phase)) {
        standing.job.claim = claim_lsn;
        standing.job.lease_until = start + settings.lease;
    }
    return standing;
}

Decision ask(Phase phase, Ask asked, WallTime now, job::Lsn token = claim_lsn) {
    const Standing standing = standing_in(phase);
    return decide(&standing, {.ask = asked, .token = token}, now, settings);
}

constexpr WallTime late = start + std::chrono::hours(24 * 365);

BOOST_AUTO_TEST_SUITE(batch_life)

// batches.md 4, written a second time by hand: every move that there is.
BOOST_AUTO_TEST_CASE(every_phase_and_ask_is_as_the_contract_says) {
    struct Step {
        Phase from;
        Ask ask;
        Phase to;
    };
    constexpr std::array steps{Step{ready_for_upload, Ask::validate, validating},
                               Step{ready_for_upload, Ask::run, in_progress},
                               Step{ready_for_upload, Ask::cancel, canceled},
                               Step{ready_for_upload, Ask::end_window, upload_timeout},
                               Step{validating, Ask::claim, validating},
                               Step{validating, Ask::progress, validating},
                               Step{validating, Ask::pass, in_progress},
                               Step{validating, Ask::refuse, validation_failed},
                               Step{validating, Ask::fail, batch_failed},
                               Step{validating, Ask::cancel, cancelling},
                               Step{validating, Ask::end_time, timeout},
                               Step{in_progress, Ask::claim, in_progress},
                               Step{in_progress, Ask::progress, in_progress},
                               Step{in_progress, Ask::finish, complete},
                               Step{in_progress, Ask::fail, batch_failed},
                               Step{in_progress, Ask::cancel, cancelling},
                               Step{in_progress, Ask::end_time, timeout},
                               Step{cancelling, Ask::claim, cancelling},
                               Step{cancelling, Ask::progress, cancelling},
                               Step{cancelling, Ask::settle, canceled},
                               Step{complete, Ask::remove, absent},
                               Step{canceled, Ask::remove, absent},
                               Step{validation_failed, Ask::remove, absent},
                               Step{batch_failed, Ask::remove, absent},
                               Step{upload_timeout, Ask::remove, absent},
                               Step{timeout, Ask::remove, absent}};
    std::size_t moving = 0;
    for (std::size_t phase = 1; phase < Rules::phases; ++phase) {
        for (std::size_t asked = 0; asked < Rules::asks; ++asked) {
            const Decision decision = ask(static_cast<Phase>(phase), static_cast<Ask>(asked), late);
            const auto step = std::find_if(steps.begin(), steps.end(), [&](const Step& each) {
                return each.from == static_cast<Phase>(phase) &&
                       each.ask == static_cast<Ask>(asked);
            });
            BOOST_TEST_CONTEXT("phase " << phase << " ask " << asked) {
                BOOST_TEST(job::moves(decision.verdict) == (step != steps.end()));
                if (step != steps.end()) {
                    ++moving;
                    BOOST_TEST((decision.next.phase == step->to));
                }
            }
        }
    }
    BOOST_TEST(moving == steps.size());
}

BOOST_AUTO_TEST_CASE(a_runner_that_lost_its_lease_moves_nothing) {
    for (const Ask asked : {Ask::progress, Ask::pass, Ask::refuse, Ask::finish, Ask::settle,
                            Ask::fail, Ask::end_time}) {
        for (const Phase phase : {validating, in_progress, cancelling}) {
            const Decision decision = ask(phase, asked, late, claim_lsn + 64);
            BOOST_TEST(!job::moves(decision.verdict));
            if (job::moves(rules.at(phase, asked).verdict)) {
                BOOST_TEST((decision.verdict == Verdict::lease_lost));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_cancel_keeps_the_lease_of_who_awaits_the_rows_under_way) {
    const Decision cancel = ask(in_progress, Ask::cancel, start);
    BOOST_TEST((cancel.next.phase == cancelling));
    BOOST_TEST(cancel.next.claim == claim_lsn);
    BOOST_TEST(cancel.next.lease_until.has_value());
    Standing standing{{}, 2560, cancel.next};
    const Decision settle =
        decide(&standing, {.ask = Ask::settle, .token = claim_lsn}, start, settings);
    BOOST_TEST((settle.next.phase == canceled));
    BOOST_TEST(!settle.next.lease_until.has_value());
    BOOST_TEST(settle.next.finished.has_value());
}

BOOST_AUTO_TEST_CASE(a_claim_waits_for_the_lease_before_it) {
    BOOST_TEST((ask(in_progress, Ask::claim, start).verdict == Verdict::not_due));
    const Decision claim = ask(in_progress, Ask::claim, start + settings.lease);
    BOOST_TEST((claim.verdict == Verdict::applied));
    BOOST_TEST(claim.next.claim == 0U);
    BOOST_TEST(fencing_token(claim.next, 4096) == 4096U);
}

BOOST_AUTO_TEST_CASE(a_file_that_passed_is_gone_through_again_from_its_first_row) {
    Standing standing = standing_in(validating);
    Request request{.ask = Ask::pass, .token = claim_lsn};
    request.progress.validated = 1000;
    request.progress.rows.ended = 1000;
    const Decision pass = decide(&standing, request, start, settings);
    BOOST_TEST(pass.next.progress.validated == 1000U);
    BOOST_TEST(pass.next.progress.rows.ended == 0U);
    BOOST_TEST(pass.next.lease_until.has_value());
}

BOOST_AUTO_TEST_CASE(time_asks_for_what_is_due) {
    const auto due = [](Phase phase, WallTime now) {
        return due_ask(standing_in(phase), now, settings);
    };
    BOOST_TEST(!due(ready_for_upload, start));
    BOOST_TEST((due(ready_for_upload, start + settings.upload_window) == Ask::end_window));
    BOOST_TEST(!due(in_progress, start + settings.run_time_max));
    BOOST_TEST(!due(cancelling, start + settings.run_time_max));
    BOOST_TEST((due_at(standing_in(in_progress), settings) == start + settings.lease));
    BOOST_TEST((due(complete, late) == Ask::remove));
    BOOST_TEST(!due(complete, start + settings.results_kept));
    BOOST_TEST(
        (results_end_at(standing_in(complete).job, settings) == start + settings.results_kept));
}

BOOST_AUTO_TEST_CASE(time_is_up_when_the_runner_says_so_and_not_before) {
    for (const Phase phase : {validating, in_progress}) {
        const WallTime end = start + settings.run_time_max;
        BOOST_TEST((ask(phase, Ask::end_time, end - Milliseconds(1)).verdict == Verdict::not_due));
        Standing standing = standing_in(phase);
        Request request{.ask = Ask::end_time, .token = claim_lsn};
        request.progress.succeeded = 3;
        const Decision decision = decide(&standing, request, end, settings);
        BOOST_TEST((decision.next.phase == timeout));
        BOOST_TEST(decision.next.progress.succeeded == 3U);
        BOOST_TEST(!decision.next.lease_until);
    }
}

BOOST_AUTO_TEST_CASE(a_job_that_is_given_back_may_be_claimed_at_once) {
    Standing standing = standing_in(in_progress);
    const Request give_back{.ask = Ask::progress, .token = claim_lsn, .gives_back = true};
    standing.job = decide(&standing, give_back, start, settings).next;
    BOOST_TEST((due_at(standing, settings) == start));
    const Decision claim = decide(&standing, {.ask = Ask::claim}, start, settings);
    BOOST_TEST((claim.verdict == Verdict::applied));
    standing.job = claim.next;
    standing.version = 4096;
    BOOST_TEST((decide(&standing, give_back, start, settings).verdict == Verdict::lease_lost));
}

BOOST_AUTO_TEST_CASE(a_job_survives_its_bytes) {
    Standing standing = standing_in(cancelling);
    Job& job = standing.job;
    job.tenant.octets[3] = 7;
    job.upload.octets[5] = 9;
    job.is_live = false;
    job.suppresses_events = true;
    job.rows_per_second = 100;
    job.path = "/v1/transfers/:id/cancel";
    job.metadata = R"({"a":"b"})";
    job.subject = "anna";
    job.scopes = "batches:write";
    job.error = "no";
    job.progress = {5, 3, 2, 400, {}};
    job.progress.rows.ended = 5;
    job.progress.rows.sent_until = 300;
    job.progress.rows.bits[window_rows_max / 64 - 1] = 77;
    std::string bytes;
    encode(job, bytes);
    const result<Job> read = decode_job(as_byte_span(bytes));
    BOOST_REQUIRE(read.has_value());
    BOOST_TEST((*read == job));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST(!decode_job(as_byte_span(std::string_view(bytes).substr(0, size))));
    }
    BOOST_TEST(!decode_job(as_byte_span(bytes + '\0')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
