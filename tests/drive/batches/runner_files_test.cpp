// The files of batch jobs: one that cannot be written, and when they go.
#include <boost/test/unit_test.hpp>

#include "tests/drive/batches/plant.hpp"

namespace belay::batch_drive::test {
namespace {

using batches::Phase;

BOOST_AUTO_TEST_SUITE(batch_runner_files)

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_written_fails_its_job_and_no_other) {
    RunnerSettings settings;
    settings.disk_patience = std::chrono::seconds(20);
    Plant plant(10, settings);
    std::vector<Made*> made;
    BOOST_TEST(plant.live([&] {
        if (made.empty()) {
            made = {&plant.make({.rows = 300}), &plant.make({.rows = 300})};
            for (std::uint64_t call = 1; call <= 100; ++call) {
                plant.disk().fail({world::SimCall::sync, call,
                                   batches::output_path(made[0]->id, made[0]->upload)},
                                  boost::system::errc::no_space_on_device);
            }
        }
        return plant.has_ended(*made[0]) && plant.has_ended(*made[1]);
    }));
    plant.live([&] {
        BOOST_TEST((plant.see(made[0]->id)->phase == Phase::batch_failed));
        BOOST_TEST((plant.see(made[1]->id)->phase == Phase::complete));
        return true;
    });
}

BOOST_AUTO_TEST_CASE(results_go_after_a_week_and_the_record_after_a_month) {
    Plant plant(11);
    Made* made = nullptr;
    plant.live([&] {
        if (made == nullptr) {
            made = &plant.make({.rows = 5});
        }
        return plant.has_ended(*made);
    });
    const std::string file = batches::output_path(made->id, made->upload);
    const auto is_there = [&] { return plant.disk().open(file, {world::Open::read}).has_value(); };
    int stage = 0;
    plant.live([&] {
        if (stage == 0) {
            BOOST_TEST(is_there());
            plant.clock().advance(std::chrono::hours(7 * 24));
        } else if (stage == 1) {
            BOOST_TEST(!is_there());
            BOOST_TEST(plant.see(made->id).has_value());
            plant.clock().advance(std::chrono::hours(23 * 24));
        }
        return ++stage == 4;
    });
    plant.live([&] {
        BOOST_TEST(!plant.see(made->id).has_value());
        return true;
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive::test
