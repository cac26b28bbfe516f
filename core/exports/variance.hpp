// Expected against actual, per source, currency and fee schedule.
//
// Only rows with an expected_amount count: a row that expects nothing cannot vary from it, and its
// amount added to total_actual would be a variance that is none. A row without a fee_schedule_id
// counts in the group of its source and currency without one. The name of a group is the first
// fee_schedule_name of its rows in the order of the upload that is not empty.
//
// Sums are exact. A group whose sum needs more than 38 digits fails the report (Error::too_large).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/exports/decimal.hpp"
#include "core/exports/set_file.hpp"
#include "core/sort/external_sort.hpp"

namespace belay::exports {

/// A row of the VARIANCE report.
struct VarianceGroup {
    job::Uuid source;
    std::string currency;
    std::string fee_schedule_id;
    std::string fee_schedule_name;
    Decimal total_expected;
    Decimal total_actual;
};

/// Bounded memory: groups that do not fit are put aside as partial sums in a temporary file
/// (external_sort.hpp) and added up when they are read. Not thread-safe; blocks on the disk.
class Variance {
  public:
    static constexpr std::size_t memory_bytes_default = 16 * 1024 * 1024;

    /// `disk` outlives it.
    Variance(world::Disk& disk, std::string temporary_path,
             std::size_t memory_bytes = memory_bytes_default);

    result<void> add(const StoredRow& row);

    /// Ends adding; then next gives the groups by source, currency and fee_schedule_id.
    result<void> finish();

    /// Nothing at the end.
    result<std::optional<VarianceGroup>> next();

  private:
    struct Totals {
        Decimal expected;
        Decimal actual;
        std::string name;

        result<void> add(const Decimal& more_expected, const Decimal& more_actual,
                         std::string_view more_name);
    };

    result<void> put_aside();
    result<void> read_ahead();

    const std::size_t groups_bytes_max_;
    std::size_t groups_bytes_ = 0;
    /// By key: 16 bytes source, 3 bytes currency, fee_schedule_id.
    std::map<std::string, Totals, std::less<>> groups_;
    ExternalSort partials_;

    /// The first partial of the group that next gives next.
    std::string ahead_key_;
    Totals ahead_;
    bool has_ahead_ = false;
};

}  // namespace belay::exports
