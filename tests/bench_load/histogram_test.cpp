#include "bench/load/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::bench {
namespace {

using Nanoseconds = Histogram::Nanoseconds;

constexpr std::int64_t range_end = (std::int64_t{1} << 42) - 1;

/// What the histogram says of a single value. Not limited by the maximum, as a lone value's
/// quantile would be: a larger one is there, too.
std::int64_t kept(std::int64_t value) {
    Histogram histogram;
    histogram.record(Nanoseconds(value));
    histogram.record(Nanoseconds(range_end));
    return histogram.quantile(0.5).count();
}

BOOST_AUTO_TEST_SUITE(histogram)

BOOST_AUTO_TEST_CASE(nothing_recorded_is_zero) {
    const Histogram histogram;
    BOOST_TEST(histogram.count() == 0U);
    BOOST_TEST(histogram.quantile(0.99).count() == 0);
    BOOST_TEST(histogram.mean_nanoseconds() == 0.0);
    BOOST_TEST(histogram.max().count() == 0);
}

BOOST_AUTO_TEST_CASE(small_values_are_exact) {
    for (std::int64_t value = 0; value < 2048; ++value) {
        BOOST_TEST_REQUIRE(kept(value) == value);
    }
}

BOOST_AUTO_TEST_CASE(a_value_is_never_told_smaller_and_at_most_a_thousandth_larger) {
    std::vector<std::int64_t> values;
    for (int bits = 0; bits < 42; ++bits) {
        for (const std::int64_t beside : {-2, -1, 0, 1, 2}) {
            values.push_back((std::int64_t{1} << bits) + beside);
            values.push_back((std::int64_t{3} << bits) / 2 + beside);
        }
    }
    for (double value = 1; value < static_cast<double>(range_end); value *= 1.0137) {
        values.push_back(static_cast<std::int64_t>(value));
    }
    for (const std::int64_t value : values) {
        if (value < 0 || value > range_end) {
            continue;
        }
        const std::int64_t told = kept(value);
        BOOST_TEST_REQUIRE(told >= value);
        BOOST_TEST_REQUIRE(told - value <= value / 1000, value << " is told as " << told);
    }
}

BOOST_AUTO_TEST_CASE(what_is_out_of_range_is_its_end) {
    BOOST_TEST(kept(-5) == 0);
    Histogram histogram;
    histogram.record(std::chrono::hours(10));
    BOOST_TEST(histogram.quantile(1).count() == range_end);
    BOOST_TEST(histogram.max().count() == range_end);
}

BOOST_AUTO_TEST_CASE(quantiles_are_those_of_the_sorted_values) {
    const std::uint32_t seed = 20261123;
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> latencies(11, 2);
    std::vector<std::int64_t> values(10'007);
    Histogram histogram;
    double sum = 0;
    for (std::int64_t& value : values) {
        value = std::min(static_cast<std::int64_t>(latencies(random)), range_end);
        histogram.record(Nanoseconds(value));
        sum += static_cast<double>(value);
    }
    std::sort(values.begin(), values.end());
    BOOST_TEST(histogram.count() == values.size());
    BOOST_TEST(histogram.max().count() == values.back());
    BOOST_TEST(std::abs(histogram.mean_nanoseconds() - sum / 10'007) < 1e-6 * sum / 10'007);
    for (const double share : {0.0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(share * 10'007));
        const std::int64_t exact = values[std::max<std::size_t>(rank, 1) - 1];
        const std::int64_t told = histogram.quantile(share).count();
        BOOST_TEST(told >= exact, "seed " << seed << ", share " << share);
        BOOST_TEST(told - exact <= exact / 1000, "seed " << seed << ", share " << share);
    }
}

BOOST_AUTO_TEST_CASE(two_histograms_added_are_the_one_of_both) {
    Histogram left;
    Histogram right;
    Histogram both;
    for (std::int64_t value = 1; value < 5'000'000; value = value * 3 / 2 + 1) {
        Histogram& one = value % 2 == 0 ? left : right;
        one.record(Nanoseconds(value));
        both.record(Nanoseconds(value));
    }
    left.add(right);
    BOOST_TEST(left.count() == both.count());
    BOOST_TEST(left.max().count() == both.max().count());
    for (double share = 0; share <= 1; share += 0.05) {
        BOOST_TEST(left.quantile(share).count() == both.quantile(share).count());
    }
}

BOOST_AUTO_TEST_CASE(its_quantiles_are_told_in_microseconds) {
    Histogram histogram;
    for (int value = 1; value <= 1000; ++value) {
        histogram.record(Nanoseconds(value));
    }
    BOOST_TEST(quantiles_as_json(histogram) ==
               R"("p50_us":0.500,"p90_us":0.900,"p99_us":0.990,"p999_us":0.999,"p9999_us":1.000,)"
               R"("max_us":1.000)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::bench
