#include "tests/drive/batches/laws.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::batch_drive::test {

void check_laws(Plant& plant, const Made& made) {
    const batches::Job job = plant.see(made.id).value();
    const auto output = plant.output(made);
    std::set<std::string> ids;
    std::uint64_t succeeded = 0;
    for (const auto& [id, status] : output) {
        BOOST_TEST_CONTEXT("row " << id << " of " << made.name) {
            BOOST_TEST(ids.insert(id).second);
            succeeded += status >= 200 && status < 300 ? 1U : 0U;
            const auto found = plant.works.keys.find(made.name + ":" + id);
            const bool was_done = found != plant.works.keys.end() && found->second.times == 1;
            // 429: it was refused and never came to be sent again.
            const bool is_refused = status == 429 && job.phase != batches::Phase::complete;
            BOOST_TEST((is_refused ? !was_done : was_done));
            if (was_done) {
                BOOST_TEST(found->second.status == status);
            }
        }
    }
    BOOST_TEST(job.progress.succeeded == succeeded);
    BOOST_TEST(job.progress.failed == output.size() - succeeded);
    for (const std::string& id : made.rows) {
        const auto found = plant.works.keys.find(made.name + ":" + id);
        if (found != plant.works.keys.end()) {
            BOOST_TEST(found->second.times <= 1);
            BOOST_TEST(ids.contains(id) >= (found->second.times == 1));
        }
    }
    if (job.phase == batches::Phase::complete) {
        BOOST_TEST(output.size() == made.rows.size());
    }
    // One that was not answered may have become durable all the same.
    BOOST_TEST((!made.is_cancel_answered || job.phase == batches::Phase::canceled));
}

}  // namespace belay::batch_drive::test
