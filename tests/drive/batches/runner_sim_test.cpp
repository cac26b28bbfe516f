// Any number of jobs, rows that are slow, lost or refused, cancels, crashes, stops, disks that fail
// and clocks that jump, in any order: what holds of every job that has ended holds.
#include <cstdlib>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "tests/drive/batches/laws.hpp"

namespace belay::batch_drive::test {
namespace {

using End = Plant::End;

RunnerSettings small_settings() {
    RunnerSettings settings;
    settings.life.lease = std::chrono::seconds(5);
    settings.progress_interval = Milliseconds(20);
    settings.max_in_flight = 12;
    settings.jobs_max = 2;
    return settings;
}

class Story {
  public:
    explicit Story(std::uint64_t seed) : plant_(seed, small_settings()) {
        plant_.works.script = [this](std::string_view, int sends) { return row(sends); };
        plant_.works.on_send = [this](const job::Uuid& job, std::string_view) { sent(job); };
        plant_.tells = seed % 3 != 0;
    }

    void tell() {
        for (int lives = 0; lives < 12; ++lives) {
            live_on();
        }
        is_calm_ = true;
        plant_.disk().forget_plans();
        const bool is_well = plant_.live([this] { return have_ended(); });
        BOOST_TEST(is_well);
        plant_.live([this] {
            for (const auto& made : plant_.jobs) {
                if (plant_.see(made->id)) {
                    check_laws(plant_, *made);
                }
            }
            return true;
        });
    }

  private:
    RowScript row(int sends) {
        RowScript script;
        constexpr int times[] = {0, 0, 1, 5, 40, 400};
        script.takes = Milliseconds(times[plant_.dice(6)]);
        script.status = plant_.dice(5) == 0 ? 402 : 200;
        const std::size_t kind = is_calm_ || sends > 6 ? 99 : plant_.dice(100);
        if (kind < 8) {
            script.kind = RowScript::Kind::lose;
        } else if (kind < 16) {
            script.kind = RowScript::Kind::put_off;
        } else if (kind < 18) {
            script.kind = RowScript::Kind::throttle;
        }
        script.wait = Milliseconds(plant_.dice(300));
        if (plant_.dice(600) == 0 && !plant_.jobs.empty()) {
            cancel_one(true);  // in the midst of a send, with others right behind it
        }
        return script;
    }

    void sent(const job::Uuid& job) {
        for (const auto& made : plant_.jobs) {
            if (made->id == job) {
                BOOST_TEST(!made->is_cancel_answered);
            }
        }
    }

    void cancel_one(bool now = false) {
        Made& made = *plant_.jobs[plant_.dice(plant_.jobs.size())];
        if (plant_.see(made.id) && !plant_.has_ended(made)) {
            now ? plant_.cancel_now(made) : plant_.cancel(made);
        }
    }

    void live_on() {
        std::size_t steps = plant_.dice(200);
        if (plant_.dice(2) == 0) {
            plant_.disk().crash_at(1 + plant_.dice(120));
        }
        constexpr End ends[] = {End::stop, End::kill, End::power_loss};
        plant_.live(
            [&] {
                happen();
                return steps-- == 0;
            },
            ends[plant_.dice(3)]);
    }

    void happen() {
        const std::size_t what = plant_.dice(100);
        if (what < 4 && plant_.jobs.size() < 5) {
            const bool is_paced = plant_.dice(3) == 0;
            plant_.make(
                {.rows = 1 + plant_.dice(200),
                 .skips_validation = plant_.dice(2) == 0,
                 .rows_per_second = is_paced ? std::optional<std::uint16_t>(100) : std::nullopt});
        } else if (what < 6 && !plant_.jobs.empty()) {
            cancel_one();
        } else if (what < 8) {
            plant_.clock().jump_wall(std::chrono::seconds(plant_.dice(20)) -
                                     std::chrono::seconds(10));
        } else if (what < 9 && !plant_.jobs.empty()) {
            const Made& made = *plant_.jobs[plant_.dice(plant_.jobs.size())];
            const std::optional<batches::Job> job = plant_.see(made.id);
            if (job && job->lease_until) {
                plant_.steal_now(made);
            }
        } else if (what < 12 && !plant_.jobs.empty()) {
            const Made& made = *plant_.jobs[plant_.dice(plant_.jobs.size())];
            const bool is_input = plant_.dice(3) == 0;
            plant_.disk().fail(
                {is_input ? world::SimCall::read
                          : (plant_.dice(2) == 0 ? world::SimCall::sync : world::SimCall::write),
                 1 + plant_.dice(3),
                 is_input ? batches::input_path(made.id, made.upload)
                          : batches::output_path(made.id, made.upload)},
                boost::system::errc::io_error);
        }
    }

    bool have_ended() {
        return std::all_of(plant_.jobs.begin(), plant_.jobs.end(), [this](const auto& made) {
            return !plant_.see(made->id) || plant_.has_ended(*made);
        });
    }

    Plant plant_;
    bool is_calm_ = false;
};

BOOST_AUTO_TEST_SUITE(batch_runner_sim)

BOOST_AUTO_TEST_CASE(whatever_happens_the_laws_hold) {
    const char* size = std::getenv("BELAY_TEST_SIZE");
    const bool is_full = size != nullptr && std::string_view(size) == "full";
    const char* one = std::getenv("BELAY_SEED");
    const std::uint64_t first = one != nullptr ? std::strtoull(one, nullptr, 10) : 1;
    const std::uint64_t count = one != nullptr ? 1 : is_full ? 2000 : 60;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            Story(seed).tell();
        }
    }
    BOOST_TEST_MESSAGE("seeds " << first << " to " << first + count - 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive::test
