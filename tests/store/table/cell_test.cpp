#include "store/table/cell.hpp"

#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(cell)

/// One record, one thread; destroys the versions that the test has made.
struct Fixture {
    Pool pool;
    Epochs epochs{pool};
    Lane lane{pool, epochs};
    Section section{lane.member};
    Cell record;
    std::vector<Version*> made;

    ~Fixture() {
        for (const Version* version : made) {
            Version::destroy(lane.memory, version);
        }
    }

    Version* version(std::uint64_t number, bool tombstone = false) {
        made.push_back(make_version(lane.memory, {1, number, number}, number % 5, tombstone));
        return made.back();
    }
};

BOOST_FIXTURE_TEST_CASE(a_new_cell_has_no_version, Fixture) {
    BOOST_TEST(record.newest() == nullptr);
    BOOST_TEST(record.newest_published() == nullptr);
    BOOST_TEST(record.at(1'000) == nullptr);
    BOOST_TEST(!record.is_dead());
}

BOOST_FIXTURE_TEST_CASE(a_pending_version_is_seen_by_nobody_who_decides_or_reads, Fixture) {
    Version* first = version(1);
    BOOST_TEST(record.swap(nullptr, first));
    BOOST_TEST(record.newest() == first);
    BOOST_TEST(record.newest_published() == nullptr);
    BOOST_TEST(record.at(pending_lsn) == nullptr);
    first->set_lsn(64);
    BOOST_TEST(record.newest_published() == first);
    Version* second = version(2);
    BOOST_TEST(record.swap(first, second));
    BOOST_TEST(record.newest_published() == first);
}

BOOST_FIXTURE_TEST_CASE(a_read_sees_what_is_below_d_and_nothing_newer, Fixture) {
    Version* versions[5];
    for (std::uint64_t i = 0; i < 5; ++i) {
        versions[i] = version(i + 1);
        BOOST_TEST(record.swap(i == 0 ? nullptr : versions[i - 1], versions[i]));
        versions[i]->set_lsn(100 * (i + 1));
    }
    BOOST_TEST(record.at(100) == nullptr);  // an LSN is durable if it is below D, not at it
    BOOST_TEST(record.at(101) == versions[0]);
    BOOST_TEST(record.at(300) == versions[1]);
    BOOST_TEST(record.at(301) == versions[2]);
    BOOST_TEST(record.at(10'000) == versions[4]);
    Proof proof;
    BOOST_TEST(read_proof(*record.at(400), 1, proof));
    BOOST_TEST(proof.number == 3U);
}

BOOST_FIXTURE_TEST_CASE(nobody_builds_on_a_pending_version, Fixture) {
    Version* first = version(1);
    BOOST_TEST(record.swap(nullptr, first));
    BOOST_TEST(!record.swap(first, version(2)));
    BOOST_TEST(record.newest() == first);
}

BOOST_FIXTURE_TEST_CASE(a_swap_needs_the_head_it_expects, Fixture) {
    Version* first = version(1);
    BOOST_TEST(record.swap(nullptr, first));
    BOOST_TEST(!record.swap(nullptr, version(1)));
    first->set_lsn(64);
    Version* second = version(2);
    BOOST_TEST(record.swap(first, second));
    second->set_lsn(128);
    BOOST_TEST(!record.swap(first, version(2)));
    BOOST_TEST(record.newest() == second);
}

BOOST_FIXTURE_TEST_CASE(put_back_restores_what_was_there, Fixture) {
    Version* first = version(1);
    BOOST_TEST(record.swap(nullptr, first));
    record.put_back(first);
    BOOST_TEST(record.newest() == nullptr);
    Version* again = version(1);
    BOOST_TEST(record.swap(nullptr, again));
    again->set_lsn(64);
    Version* second = version(2);
    BOOST_TEST(record.swap(again, second));
    record.put_back(second);
    BOOST_TEST(record.newest() == again);
    BOOST_TEST(record.swap(again, version(2)));
}

BOOST_FIXTURE_TEST_CASE(a_dead_cell_keeps_its_past_and_has_no_future, Fixture) {
    Version* first = version(1);
    BOOST_TEST(record.swap(nullptr, first));
    first->set_lsn(64);
    BOOST_TEST(!record.kill(nullptr));
    Version* gone = version(2, true);
    BOOST_TEST(record.swap(first, gone));
    gone->set_lsn(128);
    BOOST_TEST(record.kill(gone));
    BOOST_TEST(record.is_dead());
    BOOST_TEST(!record.kill(gone));
    BOOST_TEST(record.newest() == gone);
    BOOST_TEST(record.at(100) == first);  // an older cut
    BOOST_TEST(!record.swap(gone, version(3)));
    BOOST_TEST(!record.swap(nullptr, version(1)));
}

BOOST_FIXTURE_TEST_CASE(an_empty_cell_can_be_killed, Fixture) {
    BOOST_TEST(record.kill(nullptr));
    BOOST_TEST(record.is_dead());
    BOOST_TEST(record.newest() == nullptr);
    BOOST_TEST(!record.swap(nullptr, version(1)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
