#include "core/exports/variance.hpp"

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"

namespace belay::exports {
namespace {

struct Sums {
    std::int64_t expected = 0;
    std::int64_t actual = 0;
    std::string name;
};

StoredRow row_of(std::uint8_t source, std::string_view currency, std::string_view schedule,
                 std::string_view name, std::string_view expected, std::string_view actual) {
    StoredRow row;
    row.source.octets[0] = source;
    row.row[Column::currency] = currency;
    row.row[Column::fee_schedule_id] = schedule;
    row.row[Column::fee_schedule_name] = name;
    row.row[Column::expected_amount] = expected;
    row.row[Column::amount] = actual;
    return row;
}

BOOST_AUTO_TEST_SUITE(variance)

BOOST_AUTO_TEST_CASE(groups_agree_with_a_model_whatever_fits_into_memory) {
    const std::uint64_t seed = 5;
    BOOST_TEST_MESSAGE("seed " << seed);
    for (const std::size_t memory_bytes :
         {std::size_t{0}, std::size_t{256} << 10, Variance::memory_bytes_default}) {
        world::SeededEntropy entropy(seed);
        world::SimDisk disk(1);
        Variance totals(disk, "temporary", memory_bytes);
        std::map<std::tuple<int, std::string, std::string>, Sums> model;
        for (int count = 0; count < 8'000; ++count) {
            const auto source = static_cast<std::uint8_t>(entropy.number() % 256);
            const std::string currency = entropy.number() % 2 == 0 ? "BRL" : "USD";
            const std::uint64_t number = entropy.number() % 8;
            const std::string schedule = number == 0 ? "" : "fs-" + std::to_string(number);
            const std::string name = entropy.number() % 2 == 0 ? "" : std::to_string(count);
            const auto expected = static_cast<std::int64_t>(entropy.number() % 1'000'000);
            const auto actual = static_cast<std::int64_t>(entropy.number() % 1'000'000) - 500'000;
            const bool has_expected = entropy.number() % 4 != 0;
            totals
                .add(row_of(source, currency, schedule, name,
                            has_expected ? std::to_string(expected) : "", std::to_string(actual)))
                .value();
            if (has_expected) {
                Sums& sums = model[{source, currency, schedule}];
                sums.expected += expected;
                sums.actual += actual;
                sums.name = sums.name.empty() ? name : sums.name;
            }
        }
        totals.finish().value();
        for (const auto& [key, sums] : model) {
            const auto group = totals.next().value();
            BOOST_REQUIRE(group.has_value());
            BOOST_TEST(group->source.octets[0] == std::get<0>(key));
            BOOST_TEST(group->currency == std::get<1>(key));
            BOOST_TEST(group->fee_schedule_id == std::get<2>(key));
            BOOST_TEST(group->fee_schedule_name == sums.name);
            BOOST_TEST(group->total_expected.text() == std::to_string(sums.expected));
            BOOST_TEST(group->total_actual.text() == std::to_string(sums.actual));
        }
        BOOST_TEST(!totals.next().value().has_value());
        BOOST_TEST((disk.changes() > 0) == (memory_bytes != Variance::memory_bytes_default));
    }
}

BOOST_AUTO_TEST_CASE(a_sum_of_more_than_38_digits_is_an_error) {
    world::SimDisk disk(1);
    Variance totals(disk, "temporary");
    const std::string most(38, '9');
    totals.add(row_of(1, "BRL", "", "", most, "1")).value();
    BOOST_TEST((totals.add(row_of(1, "BRL", "", "", "1", "1")).error() == Error::too_large));
    totals.add(row_of(2, "BRL", "", "", "1", most)).value();
    BOOST_TEST((totals.add(row_of(2, "BRL", "", "", "1", "0.1")).error() == Error::too_large));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
