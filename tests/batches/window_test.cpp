// The window of rows under way: whatever ends in whatever order, and wherever it is cut off, no row
// is lost and none that has ended is run again.
#include "core/batches/window.hpp"

#include <random>
#include <set>

#include <boost/test/unit_test.hpp>

namespace belay::batches {
namespace {

BOOST_AUTO_TEST_SUITE(batch_window)

BOOST_AUTO_TEST_CASE(a_checkpoint_says_which_rows_have_ended) {
    Window window;
    BOOST_TEST((window.begin(0, 1) == 0U));
    BOOST_TEST((window.begin(10, 2) == 1U));
    BOOST_TEST((window.begin(20, 3) == 2U));
    window.end(1);
    const Checkpoint middle = window.checkpoint(30, 4);
    BOOST_TEST(middle.ended == 0U);
    BOOST_TEST(middle.offset == 0U);
    BOOST_TEST(middle.bits[0] == 2U);
    window.end(0);
    const Checkpoint later = window.checkpoint(30, 4);
    BOOST_TEST(later.ended == 2U);
    BOOST_TEST(later.offset == 20U);
    BOOST_TEST(later.line == 3U);
    BOOST_TEST(later.bits[0] == 0U);
    window.end(2);
    BOOST_TEST(window.checkpoint(30, 4).offset == 30U);
    BOOST_TEST(window.under_way() == 0U);
}

BOOST_AUTO_TEST_CASE(whatever_is_cut_off_is_run_once_more_and_nothing_else) {
    constexpr std::uint64_t seed = 20261123;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    constexpr std::uint64_t rows = 60'000;
    std::vector<int> ended(rows);
    Checkpoint durable;
    std::set<std::uint64_t> at_durable;  // rows that had ended by the last checkpoint
    std::set<std::uint64_t> since;       // and after it
    std::uint64_t cuts = 0;
    while (durable.ended < rows) {
        Window window(durable);
        std::uint64_t next = durable.ended;
        BOOST_TEST(durable.offset == next * 10);
        std::vector<Window::Row> under_way;
        const std::uint64_t steps = random() % 20'000;
        for (std::uint64_t step = 0; step < steps; ++step) {
            const unsigned what = static_cast<unsigned>(random() % 100);
            if (what < 55 && next < rows && window.has_room()) {
                const auto begun = window.begin(next * 10, next + 1);
                BOOST_TEST(begun.has_value() == !at_durable.contains(next));
                if (begun) {
                    BOOST_TEST(*begun == next);
                    under_way.push_back(*begun);
                }
                ++next;
            } else if (what < 97 && !under_way.empty()) {
                const std::size_t which = random() % under_way.size();
                window.end(under_way[which]);
                since.insert(under_way[which]);
                under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
            } else if (what >= 97) {
                durable = window.checkpoint(next * 10, next + 1);
                for (const std::uint64_t row : since) {
                    ++ended[row];
                    at_durable.insert(row);
                }
                since.clear();
            }
            BOOST_TEST(window.under_way() == under_way.size());
        }
        since.clear();  // the process was killed: they are run again
        ++cuts;
        std::string bytes;
        ByteWriter writer(bytes);
        encode(durable, writer);
        ByteReader reader(as_byte_span(bytes));
        BOOST_TEST((take_checkpoint(reader) == durable));
        BOOST_TEST(reader.left() == 0U);
    }
    BOOST_TEST(cuts > 5U);
    BOOST_TEST(std::all_of(ended.begin(), ended.end(), [](int times) { return times == 1; }));
}

BOOST_AUTO_TEST_CASE(no_row_behind_the_window_is_begun) {
    Window window;
    for (std::uint64_t row = 0; row < window_rows_max; ++row) {
        BOOST_TEST(window.has_room());
        BOOST_TEST(window.begin(row, row + 1).has_value());
    }
    BOOST_TEST(!window.has_room());
    BOOST_TEST(window.next() == window.end_of_room());
    window.end(5);
    BOOST_TEST(!window.has_room());
    window.end(0);
    BOOST_TEST(window.has_room());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
