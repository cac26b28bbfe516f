#include "bench/load/histogram.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

namespace belay::bench {
namespace {

// Values below 2^11 have a bucket each; from there on each power of two has 2^10 buckets.
constexpr unsigned exact_bits = 11;
constexpr std::uint64_t half = 1ULL << (exact_bits - 1);
constexpr unsigned value_bits_max = 42;
constexpr std::uint64_t value_max = (1ULL << value_bits_max) - 1;
constexpr std::size_t bucket_count = (value_bits_max - exact_bits + 2) * half;

}  // namespace

Histogram::Histogram() : buckets_(bucket_count) {}

std::size_t Histogram::bucket_of(std::uint64_t value) noexcept {
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    if (bits <= exact_bits) {
        return static_cast<std::size_t>(value);
    }
    const unsigned shift = bits - exact_bits;
    return static_cast<std::size_t>(shift * half + (value >> shift));
}

std::uint64_t Histogram::highest_in(std::size_t bucket) noexcept {
    if (bucket < 2 * half) {
        return bucket;
    }
    const std::uint64_t shift = bucket / half - 1;
    return ((bucket - shift * half + 1) << shift) - 1;
}

void Histogram::record(Nanoseconds value) noexcept {
    const auto clamped = static_cast<std::uint64_t>(
        std::clamp<std::int64_t>(value.count(), 0, static_cast<std::int64_t>(value_max)));
    ++buckets_[bucket_of(clamped)];
    ++count_;
    max_ = std::max(max_, clamped);
    sum_ += static_cast<double>(clamped);
}

void Histogram::add(const Histogram& other) noexcept {
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        buckets_[bucket] += other.buckets_[bucket];
    }
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
    sum_ += other.sum_;
}

double Histogram::mean_nanoseconds() const noexcept {
    return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_);
}

Histogram::Nanoseconds Histogram::quantile(double share) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(
        std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen >= std::max<std::uint64_t>(wanted, 1) && seen != 0) {
            return Nanoseconds(std::min(highest_in(bucket), max_));
        }
    }
    return Nanoseconds(0);
}

std::string quantiles_as_json(const Histogram& histogram) {
    const auto microseconds = [](Histogram::Nanoseconds time) {
        return static_cast<double>(time.count()) / 1e3;
    };
    const auto quantile = [&](double share) { return microseconds(histogram.quantile(share)); };
    std::array<char, 256> text;
    std::snprintf(text.data(), text.size(),
                  "\"p50_us\":%.3f,\"p90_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f,"
                  "\"p9999_us\":%.3f,\"max_us\":%.3f",
                  quantile(0.5), quantile(0.9), quantile(0.99), quantile(0.999), quantile(0.9999),
                  microseconds(histogram.max()));
    return text.data();
}

}  // namespace belay::bench
