// Batch jobs from their upload to their end, one story each.
#include <boost/test/unit_test.hpp>

#include "core/batches/job_id.hpp"
#include "tests/drive/batches/laws.hpp"

namespace belay::batch_drive::test {
namespace {

using batches::Phase;
using End = Plant::End;

/// Fails the test if a row is sent after a cancel of its job has been answered.
void watch_sends(Plant& plant) {
    plant.works.on_send = [&plant](const job::Uuid& job, std::string_view) {
        for (const auto& made : plant.jobs) {
            if (made->id == job) {
                BOOST_TEST(!made->is_cancel_answered);
            }
        }
    };
}

/// One job lives to its end.
void live_to_end(Plant& plant, Made*& made, const JobWish& wish) {
    const bool is_well = plant.live([&] {
        if (made == nullptr) {
            made = &plant.make(wish);
            return false;
        }
        if (!plant.has_ended(*made)) {
            return false;
        }
        check_laws(plant, *made);
        return true;
    });
    BOOST_TEST(is_well);
}

BOOST_AUTO_TEST_SUITE(batch_runner)

BOOST_AUTO_TEST_CASE(a_job_runs_from_its_upload_to_its_end) {
    for (const bool skips_validation : {true, false}) {
        Plant plant(1);
        Made* made = nullptr;
        const bool is_well = plant.live([&] {
            if (made == nullptr) {
                made = &plant.make({.rows = 5000, .skips_validation = skips_validation});
                return false;
            }
            if (!plant.has_ended(*made)) {
                return false;
            }
            const batches::Job job = *plant.see(made->id);
            BOOST_TEST((job.phase == Phase::complete));
            BOOST_TEST(job.progress.succeeded == 5000U);
            BOOST_TEST(job.progress.failed == 0U);
            check_laws(plant, *made);
            return true;
        });
        BOOST_TEST(is_well);
        BOOST_TEST(plant.works.sends == 5000U);
    }
}

BOOST_AUTO_TEST_CASE(a_bad_line_decides_before_any_row_is_sent) {
    Plant plant(2);
    Made* made = nullptr;
    BOOST_TEST(plant.live([&] {
        if (made == nullptr) {
            made = &plant.make({.skips_validation = false, .text = "{\"id\":\"a\"}\n"});
            return false;
        }
        if (!plant.has_ended(*made)) {
            return false;
        }
        const batches::Job job = *plant.see(made->id);
        BOOST_TEST((job.phase == Phase::validation_failed));
        BOOST_TEST(job.progress.failed == 1U);
        BOOST_TEST(plant.output(*made).size() == 1U);
        return true;
    }));
    BOOST_TEST(plant.works.sends == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancel_at_any_row_is_the_last_word) {
    for (const std::uint64_t at : {1U, 2U, 16U, 17U, 150U, 298U, 299U, 300U}) {
        Plant plant(at);
        plant.tells = at % 2 == 0;
        watch_sends(plant);
        Made* made = nullptr;
        plant.works.script = [&](std::string_view, int) {
            if (plant.works.sends == at) {
                plant.cancel_now(*plant.jobs.front());
            }
            return RowScript{.takes = Milliseconds(plant.dice(20))};
        };
        live_to_end(plant, made, {.rows = 300});
        BOOST_TEST(made->is_cancel_answered);
        BOOST_TEST(plant.works.sends == at);
    }
}

BOOST_AUTO_TEST_CASE(a_cancel_at_any_moment_of_a_validation_sends_nothing) {
    for (int moment = 0; moment < 8; ++moment) {
        Plant plant(40);
        watch_sends(plant);
        Made* made = nullptr;
        int idle = 0;
        plant.live([&] {
            if (made == nullptr) {
                made = &plant.make({.rows = 20, .skips_validation = false});
            }
            if (idle++ == moment) {
                plant.cancel(*made);
            }
            if (!plant.has_ended(*made)) {
                return false;
            }
            check_laws(plant, *made);
            return true;
        });
    }
}

BOOST_AUTO_TEST_CASE(whatever_a_crash_takes_is_done_once_more_and_nothing_twice) {
    std::uint64_t crashes = 0;
    for (std::uint64_t at = 1;; ++at) {
        RunnerSettings settings;
        settings.progress_interval = Milliseconds(2);
        settings.max_in_flight = 3;
        Plant plant(at, settings);
        Made* made = nullptr;
        plant.works.script = [&](std::string_view, int) {
            return RowScript{.status = plant.dice(4) == 0 ? 402 : 200,
                             .takes = Milliseconds(plant.dice(5))};
        };
        bool has_planned = false;
        const bool is_well = plant.live([&] {
            if (made == nullptr) {
                made = &plant.make({.rows = 60, .skips_validation = at % 2 == 0});
            } else if (!has_planned && plant.see(made->id)) {
                has_planned = true;
                plant.disk().crash_at(at);
            }
            return has_planned && plant.has_ended(*made);
        });
        if (is_well) {
            break;
        }
        ++crashes;
        live_to_end(plant, made, {});
    }
    BOOST_TEST(crashes > 10U);
}

BOOST_AUTO_TEST_CASE(rows_keep_to_their_pace) {
    Plant plant(5);
    Made* made = nullptr;
    live_to_end(plant, made, {.rows = 500, .rows_per_second = 100});
    Milliseconds took{};
    plant.live([&] {
        const batches::Job job = plant.see(made->id).value();
        took = *job.finished - *job.started;
        return true;
    });
    BOOST_TEST(took.count() >= 4900);
    BOOST_TEST(took.count() <= 5300);
}

BOOST_AUTO_TEST_CASE(one_slow_row_stops_no_other) {
    Plant plant(6);
    Made* made = nullptr;
    plant.works.script = [](std::string_view key, int) {
        return RowScript{.takes = key.ends_with(":r3") ? Milliseconds(60'000) : Milliseconds(10)};
    };
    bool others_ended = false;
    plant.live([&] {
        if (made == nullptr) {
            made = &plant.make({.rows = 2000});
            return false;
        }
        const batches::Job job = plant.see(made->id).value_or(batches::Job{});
        if (job.progress.succeeded == 1999) {
            others_ended = others_ended ||
                           plant.clock().monotonic().time_since_epoch() < std::chrono::seconds(30);
        }
        return plant.has_ended(*made);
    });
    BOOST_TEST(others_ended);
}

BOOST_AUTO_TEST_CASE(a_target_that_asks_for_less_is_left_alone) {
    Plant plant(12);
    Made* made = nullptr;
    WallTime held{};
    plant.works.script = [&](std::string_view, int) {
        const WallTime now = plant.clock().wall();
        BOOST_TEST((held == WallTime{} || now >= held || now + std::chrono::seconds(9) < held));
        if (plant.works.sends == 100) {
            held = now + std::chrono::seconds(10);
            return RowScript{.kind = RowScript::Kind::throttle, .wait = std::chrono::seconds(10)};
        }
        return RowScript{.takes = Milliseconds(10)};
    };
    live_to_end(plant, made, {.rows = 1000});
    BOOST_TEST(plant.works.sends == 1001U);
}

BOOST_AUTO_TEST_CASE(jobs_whose_rows_hang_hold_up_nobody) {
    RunnerSettings settings;
    settings.max_in_flight = 10;
    settings.jobs_max = 3;
    Plant plant(13, settings);
    std::vector<Made*> made;
    plant.works.script = [&](std::string_view key, int) {
        const bool hangs = key.starts_with(made[0]->name) || key.starts_with(made[1]->name);
        return RowScript{.takes = hangs ? Milliseconds(3'000'000) : Milliseconds(10)};
    };
    bool is_third_done = false;
    const auto idle = [&] {
        if (made.size() < 2 && plant.dice(4) == 0) {
            made.push_back(&plant.make({.rows = 50}));
        } else if (made.size() == 2 && plant.works.under_way >= 13) {
            made.push_back(&plant.make({.rows = 300}));
        } else if (made.size() == 3 && plant.has_ended(*made[2])) {
            is_third_done = true;
            made.push_back(&plant.make({.rows = 50}));
            made.push_back(&plant.make({.rows = 50}));
            made.push_back(&plant.make({.rows = 50}));
        } else if (made.size() == 6 && plant.see(made[5]->id) && !made[5]->is_cancel_answered) {
            plant.cancel(*made[5]);
        }
        const bool is_late = plant.clock().monotonic().time_since_epoch() > std::chrono::minutes(9);
        return is_late || (made.size() == 6 && plant.has_ended(*made[5]));
    };
    plant.live(idle, End::kill);
    BOOST_TEST(is_third_done);
    BOOST_TEST((plant.clock().monotonic().time_since_epoch() < std::chrono::minutes(1)));
}

BOOST_AUTO_TEST_CASE(when_time_is_up_rows_under_way_end_and_no_other_begins) {
    RunnerSettings settings;
    settings.life.run_time_max = std::chrono::seconds(10);
    Plant plant(7, settings);
    Made* made = nullptr;
    plant.works.script = [](std::string_view, int) {
        return RowScript{.takes = Milliseconds(3000)};
    };
    live_to_end(plant, made, {.rows = 2000});
    BOOST_TEST(plant.works.sends < 300U);
    BOOST_TEST(plant.works.sends > 100U);
    plant.live([&] {
        BOOST_TEST((plant.see(made->id)->phase == Phase::timeout));
        return true;
    });
}

BOOST_AUTO_TEST_CASE(a_job_whose_time_ended_while_nobody_ran_sends_nothing_more) {
    RunnerSettings settings;
    settings.life.run_time_max = std::chrono::seconds(60);
    Plant plant(14, settings);
    Made* made = nullptr;
    plant.works.script = [](std::string_view, int) {
        return RowScript{.takes = Milliseconds(1000)};
    };
    plant.live(
        [&] {
            if (made == nullptr) {
                made = &plant.make({.rows = 2000});
            }
            return plant.works.sends > 200;
        },
        End::kill);
    const std::uint64_t sent = plant.works.sends;
    plant.clock().advance(std::chrono::hours(1));
    live_to_end(plant, made, {});
    BOOST_TEST(plant.works.sends == sent);
    plant.live([&] {
        BOOST_TEST((plant.see(made->id)->phase == Phase::timeout));
        BOOST_TEST(plant.output(*made).size() == sent);
        return true;
    });
}

BOOST_AUTO_TEST_CASE(who_lost_the_lease_sends_nothing_until_it_is_claimed_anew) {
    Plant plant(15);
    Made* made = nullptr;
    WallTime stolen{};
    plant.works.script = [&](std::string_view, int) {
        const WallTime now = plant.clock().wall();
        BOOST_TEST((stolen == WallTime{} || now >= stolen + plant.settings.life.lease));
        if (plant.works.sends == 500) {
            stolen = now;
            plant.steal_now(*made);
        }
        return RowScript{.takes = Milliseconds(10)};
    };
    live_to_end(plant, made, {.rows = 2000});
    BOOST_TEST((stolen != WallTime{}));
}

BOOST_AUTO_TEST_CASE(what_was_under_way_at_a_crash_of_a_canceled_job_is_settled) {
    for (const bool is_upstream : {false, true}) {
        Plant plant(8);
        plant.works.settles_unknown = is_upstream;
        watch_sends(plant);
        Made* made = nullptr;
        plant.works.script = [](std::string_view, int) {
            return RowScript{.takes = Milliseconds(5000)};
        };
        plant.live(
            [&] {
                if (made == nullptr) {
                    made = &plant.make({.rows = 2000});
                } else if (plant.works.under_way > 10 && !made->is_cancel_answered) {
                    plant.cancel(*made);
                }
                return made->is_cancel_answered;
            },
            End::kill);
        const std::uint64_t sent = plant.works.sends;
        plant.live([&] {
            if (!plant.has_ended(*made)) {
                return false;
            }
            BOOST_TEST((plant.see(made->id)->phase == Phase::canceled));
            if (is_upstream) {
                for (const auto& [id, status] : plant.output(*made)) {
                    BOOST_TEST(status == 504);
                }
                BOOST_TEST(plant.output(*made).size() >= sent);
            } else {
                check_laws(plant, *made);
                BOOST_TEST(plant.output(*made).size() == sent);
            }
            return true;
        });
        BOOST_TEST(plant.works.sends == sent);
    }
}

BOOST_AUTO_TEST_CASE(a_stop_gives_jobs_back_and_the_next_process_goes_on_at_once) {
    Plant plant(9);
    Made* made = nullptr;
    plant.works.script = [](std::string_view, int) { return RowScript{.takes = Milliseconds(10)}; };
    BOOST_TEST(plant.live([&] {
        if (made == nullptr) {
            made = &plant.make({.rows = 2000});
        }
        return plant.works.sends > 500;
    }));
    const auto before = plant.clock().monotonic();
    live_to_end(plant, made, {});
    BOOST_TEST((plant.clock().monotonic() - before < std::chrono::seconds(10)));
    BOOST_TEST(plant.works.sends == 2000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive::test
