// Ids and paths of batch jobs, and the pace of their rows.
#include <random>

#include <boost/test/unit_test.hpp>

#include "core/batches/job_id.hpp"
#include "core/batches/pace.hpp"
#include "core/batches/path_template.hpp"

namespace belay::batches {
namespace {

BOOST_AUTO_TEST_SUITE(batch_names)

BOOST_AUTO_TEST_CASE(an_id_survives_its_text_and_keeps_its_order) {
    std::mt19937_64 random(7);
    job::Uuid before{};
    for (int round = 0; round < 2000; ++round) {
        job::Uuid id;
        for (std::uint8_t& octet : id.octets) {
            octet = static_cast<std::uint8_t>(random());
        }
        const std::string text = format_job_id(id);
        BOOST_TEST(text.size() == 8U + 26U);
        BOOST_TEST(text.starts_with("batchv2_"));
        const result<job::Uuid> read = parse_job_id(text);
        BOOST_REQUIRE(read.has_value());
        BOOST_TEST((*read == id));
        BOOST_TEST((text < format_job_id(before)) == (id < before));
        before = id;
    }
    job::Uuid largest;
    largest.octets.fill(255);
    BOOST_TEST((*parse_job_id(format_job_id(largest)) == largest));
}

BOOST_AUTO_TEST_CASE(a_mistyped_id_is_none) {
    const std::string good = format_job_id(job::Uuid{{1, 2, 3, 4, 5, 6, 7, 8}});
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = bad[at] == 'x' ? 'y' : 'x';
        BOOST_TEST(!parse_job_id(bad));
    }
    BOOST_TEST(!parse_job_id(""));
    BOOST_TEST(!parse_job_id(good + "0"));
    BOOST_TEST(!parse_job_id("batchv2_zzzzzzzzzzzzzzzzzzzzzzzzzz"));
}

BOOST_AUTO_TEST_CASE(paths_match_by_shape) {
    const auto cancel = PathTemplate::parse("/v1/transfers/:id/cancel");
    BOOST_REQUIRE(cancel.has_value());
    BOOST_TEST(cancel->place_count() == 1U);
    BOOST_TEST(cancel->has_place("id"));
    BOOST_TEST(cancel->has_shape_of(*PathTemplate::parse("/v1/transfers/:transfer/cancel")));
    BOOST_TEST(!cancel->has_shape_of(*PathTemplate::parse("/v1/transfers/id/cancel")));
    BOOST_TEST(!cancel->has_shape_of(*PathTemplate::parse("/v1/transfers/:id")));
    std::string made;
    cancel->append([](std::string_view) { return std::string_view("a/b c\xC3\xA9"); }, made);
    BOOST_TEST(made == "/v1/transfers/a%2Fb%20c%C3%A9/cancel");
}

BOOST_AUTO_TEST_CASE(what_is_no_path) {
    for (const std::string_view text :
         {"", "/", "v1/x", "/v1//x", "/v1/x/", "/v1/:", "/v1/:id/:id", "/v1/x?y", "/v1/x#y",
          "/v1/../x", "/v1/./x", "/v1/%41", "/v1/x y", "/a/b/c/d/e/f/g/h/i/j/k/l/m"}) {
        BOOST_TEST_CONTEXT(text) {
            BOOST_TEST(!PathTemplate::parse(text).has_value());
        }
    }
    BOOST_TEST(!is_path_value(""));
    BOOST_TEST(!is_path_value(".."));
}

BOOST_AUTO_TEST_CASE(no_second_has_more_rows_than_it_may) {
    using std::chrono::milliseconds;
    Pace pace(100);
    const world::MonotonicTime start(std::chrono::seconds(5));
    int sent = 0;
    for (int millisecond = 0; millisecond < 1000; ++millisecond) {
        while (pace.take(start + milliseconds(millisecond))) {
            ++sent;
        }
    }
    BOOST_TEST(sent == 100);
    // A long rest is made up for by no more than a tenth of a second's rows.
    sent = 0;
    while (pace.take(start + std::chrono::seconds(60))) {
        ++sent;
    }
    BOOST_TEST(sent == 11);
    BOOST_TEST((pace.next(start + std::chrono::seconds(60)) ==
                start + std::chrono::seconds(60) + milliseconds(10)));
    pace.hold_until(start + std::chrono::seconds(90));
    BOOST_TEST(!pace.take(start + std::chrono::seconds(89)));
    BOOST_TEST(pace.take(start + std::chrono::seconds(90)));
    Pace free(0);
    for (int round = 0; round < 1000; ++round) {
        BOOST_TEST(free.take(start));
    }
    free.hold_until(start + milliseconds(1));
    BOOST_TEST(!free.take(start));
    BOOST_TEST(free.take(start + milliseconds(1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
