#include "auth/published.hpp"

#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::auth {
namespace {

BOOST_AUTO_TEST_SUITE(published)

/// A value that proves itself: both halves are equal.
struct Pair {
    std::uint64_t one = 0;
    std::uint64_t other = 0;
};

std::shared_ptr<const Pair> pair_of(std::uint64_t number) {
    return std::make_shared<const Pair>(Pair{number, number});
}

BOOST_AUTO_TEST_CASE(a_view_moves_when_it_is_asked_to) {
    Published<Pair> source(pair_of(1));
    Published<Pair>::View view(source);
    const std::uint64_t first = view.generation();
    source.publish(pair_of(2));
    BOOST_TEST(view.value().one == 1U);
    view.refresh();
    BOOST_TEST(view.value().one == 2U);
    BOOST_TEST(view.generation() > first);
}

BOOST_AUTO_TEST_CASE(an_old_value_goes_when_the_last_view_has_left_it) {
    auto held = pair_of(1);
    const std::weak_ptr<const Pair> watched = held;
    Published<Pair> source(std::move(held));
    Published<Pair>::View view(source);
    source.publish(pair_of(2));
    BOOST_TEST(!watched.expired());
    view.refresh();
    BOOST_TEST(watched.expired());
}

BOOST_AUTO_TEST_CASE(readers_see_whole_values_in_order_and_the_last_one) {
    constexpr std::uint64_t last = 2000;
    Published<Pair> source(pair_of(1));
    std::vector<std::thread> readers;
    std::atomic<int> wrong{0};
    for (int reader = 0; reader < 3; ++reader) {
        readers.emplace_back([&] {
            Published<Pair>::View view(source);
            std::uint64_t seen = 0;
            std::uint64_t generation = 0;
            while (seen != last) {
                view.refresh();
                const Pair now = view.value();
                const bool moved = view.generation() != generation;
                if (now.one != now.other || now.one < seen || moved != (now.one != seen)) {
                    // Relaxed: the main thread reads it after joining.
                    wrong.fetch_add(1, std::memory_order_relaxed);
                }
                seen = now.one;
                generation = view.generation();
            }
        });
    }
    for (std::uint64_t number = 2; number <= last; ++number) {
        source.publish(pair_of(number));
    }
    for (std::thread& reader : readers) {
        reader.join();
    }
    BOOST_TEST(wrong.load(std::memory_order_relaxed) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::auth
