// What the outcome of one call comes to, as a table.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "http/drive/batches/upstream_retry.hpp"

namespace belay::batch_drive {
namespace {

using Kind = RetryDecision::Kind;

constexpr CallEnd unreached{.kind = CallEnd::Kind::unreached};
constexpr CallEnd lost{.kind = CallEnd::Kind::lost};
constexpr std::uint32_t least = 0;  ///< takes nothing off a wait
constexpr std::uint32_t most = 0xFFFF'FFFF;

CallEnd answered(int status, std::optional<Milliseconds> retry_after = std::nullopt,
                 std::string_view should_retry = {}) {
    return {CallEnd::Kind::answered, status, retry_after, should_retry};
}

constexpr Milliseconds seconds(int count) {
    return std::chrono::seconds(count);
}

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::final:
            return "final";
        case Kind::again:
            return "again";
        case Kind::unreachable:
            return "unreachable";
        case Kind::unknown:
            return "unknown";
    }
    return {};
}

/// What the ends of a row's calls come to, one after the other; "again/unknown" says what would be
/// recorded.
std::string course(std::initializer_list<CallEnd> ends, RowTries tries = {}) {
    std::string all;
    for (const CallEnd& end : ends) {
        const RetryDecision decision = decide_retry(end, {}, least, tries);
        all.append(all.empty() ? "" : " ").append(name_of(decision.kind));
        if (decision.kind == Kind::again) {
            all.append("/").append(name_of(decision.otherwise));
            all.append(decision.holds_all ? "/all" : "");
        }
    }
    return all;
}

RowTries maybe_done() {
    RowTries tries;
    tries.may_be_done = true;
    return tries;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_retry)

BOOST_AUTO_TEST_CASE(most_answers_are_the_rows) {
    for (const int status : {200, 201, 204, 299, 301, 308, 400, 401, 402, 403,
                             404, 408, 409, 410, 422, 500, 501, 502, 503, 504}) {
        BOOST_TEST(course({answered(status)}) == "final", status);
        BOOST_TEST(course({answered(status, std::nullopt, "false")}) == "final", status);
    }
    // Only these two statuses mean something by Retry-After.
    for (const int status : {200, 301, 400, 404, 500, 502, 504}) {
        BOOST_TEST(course({answered(status, seconds(1))}) == "final", status);
    }
}

BOOST_AUTO_TEST_CASE(answers_that_say_to_come_again) {
    BOOST_TEST(course({answered(429)}) == "again/final/all");
    BOOST_TEST(course({answered(429, seconds(2))}) == "again/final/all");
    BOOST_TEST(course({answered(503, seconds(2))}) == "again/final/all");
    BOOST_TEST(course({answered(409, seconds(2))}) == "again/final");
    BOOST_TEST(course({answered(409, std::nullopt, "true")}) == "again/final");
    BOOST_TEST(course({answered(500, std::nullopt, "true")}) == "again/final");
    BOOST_TEST(course({answered(400, std::nullopt, "true")}) == "again/final");
}

BOOST_AUTO_TEST_CASE(what_says_no_or_much_later_is_believed) {
    BOOST_TEST(course({answered(429, seconds(1), "false")}) == "final");
    BOOST_TEST(course({answered(503, seconds(1), "false")}) == "final");
    BOOST_TEST(course({answered(409, seconds(1), "false")}) == "final");
    BOOST_TEST(course({answered(429, seconds(3600))}) == "again/final/all");
    BOOST_TEST(course({answered(429, seconds(3601))}) == "final");
    BOOST_TEST(course({answered(503, seconds(3601), "true")}) == "final");
    // A success is one, whatever else it says.
    BOOST_TEST(course({answered(200, seconds(1), "true")}) == "final");
    BOOST_TEST(course({lost, answered(200, seconds(1), "true")}) == "again/unknown final");
}

BOOST_AUTO_TEST_CASE(every_kind_of_try_has_its_bound) {
    const RetryRules rules;
    for (const auto& [status, most_times] : {std::pair(429, rules.throttled_max),
                                             {503, rules.put_off_max},
                                             {409, rules.put_off_max}}) {
        RowTries tries;
        for (int time = 1; time <= most_times; ++time) {
            const Kind kind = decide_retry(answered(status, seconds(0)), rules, least, tries).kind;
            BOOST_TEST((kind == (time < most_times ? Kind::again : Kind::final)), time);
        }
    }
    BOOST_TEST(course({unreached, unreached, unreached, unreached, unreached}) ==
               "again/unreachable again/unreachable again/unreachable again/unreachable "
               "unreachable");
    BOOST_TEST(course({lost, lost, lost}) == "again/unknown again/unknown unknown");
}

BOOST_AUTO_TEST_CASE(one_kind_does_not_use_up_the_other) {
    const CallEnd busy = answered(409, seconds(1));
    BOOST_TEST(course({busy, busy, busy, busy, unreached, unreached, lost, lost, lost}) ==
               "again/final again/final again/final again/final again/unreachable "
               "again/unreachable again/unknown again/unknown unknown");
}

BOOST_AUTO_TEST_CASE(no_later_failure_takes_back_what_a_send_may_have_done) {
    BOOST_TEST(course({lost, unreached, unreached, unreached, unreached, unreached}) ==
               "again/unknown again/unknown again/unknown again/unknown again/unknown unknown");
    BOOST_TEST(course({lost, answered(429), answered(200)}) ==
               "again/unknown again/unknown/all final");
    for (const int status : {301, 401, 403, 408, 425, 500, 502, 503, 504}) {
        BOOST_TEST(course({lost, answered(status)}) == "again/unknown unknown", status);
    }
    BOOST_TEST(course({lost, answered(429, seconds(4000))}) == "again/unknown unknown");
    for (const int status : {200, 204, 400, 402, 404, 410, 422}) {
        BOOST_TEST(course({lost, answered(status)}) == "again/unknown final", status);
    }
}

BOOST_AUTO_TEST_CASE(a_row_of_a_dead_process_may_have_been_done) {
    BOOST_TEST(course({unreached}, maybe_done()) == "again/unknown");
    BOOST_TEST(course({answered(500)}, maybe_done()) == "unknown");
    BOOST_TEST(course({answered(200)}, maybe_done()) == "final");
}

/// The first send, whose answer was lost, is still at work.
BOOST_AUTO_TEST_CASE(a_conflict_with_an_own_earlier_send_is_waited_for) {
    BOOST_TEST(course({lost, answered(409), answered(200)}) == "again/unknown again/unknown final");
    BOOST_TEST(course({answered(409)}, maybe_done()) == "again/unknown");
    BOOST_TEST(course({lost, answered(409, std::nullopt, "false")}) == "again/unknown unknown");
}

BOOST_AUTO_TEST_CASE(waits_are_the_upstreams_or_double_with_each_try) {
    RowTries tries;
    BOOST_TEST((decide_retry(answered(429, seconds(7)), {}, most, tries).wait == seconds(7)));
    BOOST_TEST((decide_retry(answered(503, seconds(0)), {}, most, tries).wait == seconds(0)));
    tries = {};
    for (const int milliseconds : {500, 1000, 2000, 4000}) {
        BOOST_TEST(decide_retry(unreached, {}, least, tries).wait.count() == milliseconds);
    }
    tries = {};
    const std::vector<int> waits{500, 1000, 2000, 4000, 8000, 8000, 8000, 8000};
    for (const int milliseconds : waits) {
        BOOST_TEST(decide_retry(answered(429), {}, least, tries).wait.count() == milliseconds);
    }
    tries = {};
    tries.put_off = 2;
    BOOST_TEST(decide_retry(lost, {}, least, tries).wait.count() == 2000);
    // At most half is taken off.
    tries = {};
    BOOST_TEST(decide_retry(unreached, {}, most, tries).wait.count() == 251);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
