#include "core/exports/variance.hpp"

#include "core/base/bytes.hpp"

namespace belay::exports {
namespace {

constexpr std::size_t source_bytes = 16;
constexpr std::size_t currency_bytes = 3;
/// A group in memory beside its texts: the node of the map, the totals, two small allocations.
constexpr std::size_t group_overhead_bytes = 256;

std::string key_of(const StoredRow& row) {
    std::string key(as_text(row.source.bytes()));
    key.append(row.row[Column::currency]).append(row.row[Column::fee_schedule_id]);
    return key;
}

}  // namespace

result<void> Variance::Totals::add(const Decimal& more_expected, const Decimal& more_actual,
                                   std::string_view more_name) {
    const auto expected_sum = exports::add(expected, more_expected);
    const auto actual_sum = exports::add(actual, more_actual);
    if (!expected_sum || !actual_sum) {
        return Error::too_large;
    }
    expected = *expected_sum;
    actual = *actual_sum;
    if (name.empty()) {
        name = more_name;
    }
    return {};
}

Variance::Variance(world::Disk& disk, std::string temporary_path, std::size_t memory_bytes)
    : groups_bytes_max_(memory_bytes / 2),
      partials_(disk, std::move(temporary_path), memory_bytes / 2) {}

result<void> Variance::add(const StoredRow& row) {
    const std::string_view expected_text = row.row[Column::expected_amount];
    if (expected_text.empty()) {
        return {};
    }
    const auto expected = Decimal::parse(expected_text);
    const auto actual = Decimal::parse(row.row[Column::amount]);
    if (!expected || !actual || row.row[Column::currency].size() != currency_bytes) {
        return Error::corrupt;  // they were checked when they were stored
    }
    const std::string_view name = row.row[Column::fee_schedule_name];
    const auto [group, is_new] = groups_.try_emplace(key_of(row));
    if (is_new) {
        groups_bytes_ += group_overhead_bytes + group->first.size() + cell_bytes_max;
    }
    const auto added = group->second.add(*expected, *actual, name);
    if (added && groups_bytes_ > groups_bytes_max_) {
        return put_aside();
    }
    return added;
}

/// Moves the groups to the sorter as partial sums.
result<void> Variance::put_aside() {
    for (const auto& [key, totals] : groups_) {
        std::string value;
        ByteWriter writer(value);
        writer.text(totals.expected.text());
        writer.text(totals.actual.text());
        writer.text(totals.name);
        const auto added = partials_.add(key, value);
        if (!added) {
            return added;
        }
    }
    groups_.clear();
    groups_bytes_ = 0;
    return {};
}

result<void> Variance::finish() {
    auto done = put_aside();
    if (done) {
        done = partials_.sort();
    }
    return done ? read_ahead() : done;
}

result<void> Variance::read_ahead() {
    const auto record = partials_.next();
    if (!record) {
        return record.error();
    }
    has_ahead_ = record->has_value();
    if (!has_ahead_) {
        return {};
    }
    ByteReader reader(as_byte_span((*record)->value));
    const auto expected = Decimal::parse(reader.text());
    const auto actual = Decimal::parse(reader.text());
    ahead_.name = reader.text();
    ahead_key_ = (*record)->key;
    if (!reader.ok() || !expected || !actual || ahead_key_.size() < source_bytes + currency_bytes) {
        return Error::corrupt;
    }
    ahead_.expected = *expected;
    ahead_.actual = *actual;
    return {};
}

result<std::optional<VarianceGroup>> Variance::next() {
    if (!has_ahead_) {
        return std::optional<VarianceGroup>();
    }
    const std::string key = ahead_key_;
    Totals totals = ahead_;
    while (true) {
        const auto read = read_ahead();
        if (!read) {
            return read.error();
        }
        if (!has_ahead_ || ahead_key_ != key) {
            break;
        }
        const auto added = totals.add(ahead_.expected, ahead_.actual, ahead_.name);
        if (!added) {
            return added.error();
        }
    }
    VarianceGroup group;
    std::memcpy(group.source.octets.data(), key.data(), source_bytes);
    group.currency = key.substr(source_bytes, currency_bytes);
    group.fee_schedule_id = key.substr(source_bytes + currency_bytes);
    group.fee_schedule_name = std::move(totals.name);
    group.total_expected = totals.expected;
    group.total_actual = totals.actual;
    return std::optional(std::move(group));
}

}  // namespace belay::exports
