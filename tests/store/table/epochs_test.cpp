#include "store/table/epochs.hpp"

#include <memory>
#include <optional>
#include <vector>

#include "tests/store/table/support.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(epochs)

struct Fixture {
    Pool pool;
    int freed = 0;
    Epochs epochs{pool};

    void retire(Participant& by) {
        by.retire(this, nullptr, [](Participant&, void*, void* object) {
            ++static_cast<Fixture*>(object)->freed;
        });
    }
};

BOOST_AUTO_TEST_CASE(an_object_outlives_every_section_that_was_open) {
    Fixture f;
    Lane writer(f.pool, f.epochs);
    Lane reader(f.pool, f.epochs);
    std::optional<Section> reading(reader.member);
    {
        const Section section(writer.member);
        f.retire(writer.member);
    }
    for (int i = 0; i < 10; ++i) {
        writer.member.collect();
    }
    BOOST_TEST(f.freed == 0);
    reading.reset();
    for (int i = 0; i < 10; ++i) {
        writer.member.collect();
    }
    BOOST_TEST(f.freed == 1);
}

BOOST_AUTO_TEST_CASE(a_section_opened_after_the_retirement_does_not_hold_it_for_long) {
    Fixture f;
    Lane writer(f.pool, f.epochs);
    Lane reader(f.pool, f.epochs);
    {
        const Section section(writer.member);
        f.retire(writer.member);
    }
    writer.member.collect();
    writer.member.collect();
    const Section reading(reader.member);  // two epochs later: it cannot have found the object
    for (int i = 0; i < 3; ++i) {
        writer.member.collect();
    }
    BOOST_TEST(f.freed == 1);
}

BOOST_AUTO_TEST_CASE(the_grace_is_three_epochs) {
    Fixture f;
    Lane lane(f.pool, f.epochs);
    {
        const Section section(lane.member);
        f.retire(lane.member);
    }
    lane.member.collect();
    lane.member.collect();
    BOOST_TEST(f.freed == 0);
    lane.member.collect();
    BOOST_TEST(f.freed == 1);
}

BOOST_AUTO_TEST_CASE(idle_participants_hold_nobody_back) {
    Fixture f;
    std::vector<std::unique_ptr<Lane>> idle;
    for (std::size_t i = 0; i + 1 < limits::lanes_max; ++i) {
        idle.push_back(std::make_unique<Lane>(f.pool, f.epochs));
        const Section once(idle.back()->member);
    }
    Lane busy(f.pool, f.epochs);
    for (int i = 0; i < 10'000; ++i) {
        const Section section(busy.member);
        f.retire(busy.member);
    }
    // Without a call of collect: retiring collects now and then.
    BOOST_TEST(f.freed > 9'000);
    BOOST_TEST(busy.member.waiting() < 1'000U);
}

BOOST_AUTO_TEST_CASE(what_a_participant_leaves_behind_others_free) {
    Fixture f;
    Lane heir(f.pool, f.epochs);
    {
        Lane leaver(f.pool, f.epochs);
        const Section section(leaver.member);
        for (int i = 0; i < 10; ++i) {
            f.retire(leaver.member);
        }
    }
    for (int i = 0; i < 5; ++i) {
        heir.member.collect();
    }
    BOOST_TEST(f.freed == 10);
}

BOOST_AUTO_TEST_CASE(the_end_frees_everything_also_what_takes_two_steps) {
    Pool pool;
    int freed = 0;
    {
        Epochs epochs(pool);
        Lane lane(pool, epochs);
        const Section section(lane.member);
        lane.member.retire(&freed, nullptr, [](Participant& by, void*, void* object) {
            by.retire(object, nullptr,
                      [](Participant&, void*, void* again) { ++*static_cast<int*>(again); });
        });
    }
    BOOST_TEST(freed == 1);
}

BOOST_AUTO_TEST_CASE(a_collection_can_be_bounded_and_room_reserved) {
    Fixture f;
    Lane lane(f.pool, f.epochs);
    BOOST_TEST(lane.member.reserve(1'000));
    {
        const Section section(lane.member);
        for (int i = 0; i < 1'000; ++i) {
            f.retire(lane.member);
        }
    }
    lane.member.collect(0);
    lane.member.collect(0);
    lane.member.collect(0);
    const int before = f.freed;
    lane.member.collect(7);
    BOOST_TEST(f.freed == before + 7);
}

BOOST_AUTO_TEST_CASE(passed_means_that_no_section_from_then_is_open) {
    Fixture f;
    Lane lane(f.pool, f.epochs);
    Lane reader(f.pool, f.epochs);
    std::optional<Section> reading(reader.member);
    const ShortEpoch stamp = short_epoch(reader.member.announced());
    for (int i = 0; i < 10; ++i) {
        lane.member.collect();
    }
    BOOST_TEST(!lane.member.passed(stamp));
    reading.reset();
    for (int i = 0; i < 3; ++i) {
        lane.member.collect();
    }
    BOOST_TEST(lane.member.passed(stamp));
}

/// The halves of epochs' numbers go round; what has passed is never said too early.
BOOST_AUTO_TEST_CASE(epochs_since_a_stamp_are_counted_around_the_end_of_the_short_numbers) {
    const Epoch round = Epoch{1} << 32;
    for (const Epoch stamp : {Epoch{1}, round - 3, round - 1, round, round + 1, 5 * round}) {
        BOOST_TEST_CONTEXT("stamp " << stamp) {
            BOOST_TEST((short_epoch(stamp) != ShortEpoch::none));
            for (Epoch later = stamp; later < stamp + 8; ++later) {
                const auto truly = static_cast<std::int64_t>(later - stamp);
                const std::int64_t counted = epochs_since(short_epoch(stamp), later);
                BOOST_TEST(counted <= truly);
                BOOST_TEST(counted >= truly - 1);
            }
            BOOST_TEST(epochs_since(short_epoch(stamp), stamp + round / 2 + 2) < 0);
        }
    }
}

/// Objects change places while readers look at them; every object says whether it is alive.
BOOST_AUTO_TEST_CASE(no_reader_ever_meets_a_freed_object) {
    struct Thing {
        std::uint64_t alive;
        std::uint64_t number;
    };
    constexpr std::size_t places = 16;
    constexpr std::size_t rounds = 20'000;
    const std::uint64_t seed = run_seed();
    Pool pool;
    std::atomic<bool> sound{true};
    {
        std::vector<std::atomic<Thing*>> shelf(places);
        Epochs epochs(pool);
        on_threads(4, [&](std::size_t index) {
            Lane lane(pool, epochs);
            Random random(seed + index);
            for (std::size_t round = 0; round < rounds; ++round) {
                const Section section(lane.member);
                std::atomic<Thing*>& place = shelf[random.below(places)];
                if (random.one_in(2)) {
                    auto* mine =
                        new (lane.memory.allocate(sizeof(Thing))) Thing{mixed(round), round};
                    Thing* old = place.exchange(mine, std::memory_order_acq_rel);
                    if (old != nullptr) {
                        lane.member.retire(old, nullptr, [](Participant& by, void*, void* dead) {
                            static_cast<Thing*>(dead)->alive = 0;
                            by.pool().release(dead, sizeof(Thing));
                        });
                    }
                } else if (const Thing* seen = place.load(std::memory_order_acquire);
                           seen != nullptr && seen->alive != mixed(seen->number)) {
                    sound = false;
                }
            }
        });
        PoolLane lane(pool);
        for (std::atomic<Thing*>& place : shelf) {
            if (Thing* thing = place.load(); thing != nullptr) {
                lane.release(thing, sizeof(Thing));
            }
        }
    }
    BOOST_TEST(sound.load());
    BOOST_TEST(pool.bytes_in_use() == 0U);
}

/// One who only opens sections, as a lane that makes records and never sleeps, frees what he has
/// retired: it is the slots of a table that has grown.
BOOST_AUTO_TEST_CASE(who_only_opens_sections_frees_what_he_has_retired) {
    Pool pool;
    Epochs epochs(pool);
    Lane lane(pool, epochs);
    bool freed = false;
    {
        const Section section(lane.member);
        lane.member.retire(&freed, nullptr, [](Participant&, void*, void* object) {
            *static_cast<bool*>(object) = true;
        });
    }
    for (int at = 0; at < 10'000 && !freed; ++at) {
        const Section section(lane.member);
    }
    BOOST_TEST(freed);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
