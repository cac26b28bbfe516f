// A report as a machine that gives its bytes piece by piece, so that a worker can look for a cancel
// in between. The same set and request give the same bytes, so a second attempt makes the file that
// the first would have made.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/exports/report_type.hpp"
#include "core/exports/report_writer.hpp"
#include "core/exports/set_file.hpp"
#include "core/exports/variance.hpp"
#include "core/world/disk.hpp"

namespace belay::exports {

struct ReportRequest {
    ReportType type = ReportType::matched;
    Format format = Format::csv;
    Filter filter;  ///< by the day of `date` in UTC, and by source
};

/// Not thread-safe. Blocks on the disk.
class ReportRun {
  public:
    enum class Step { more, done };

    /// Opens the set. `temporary_path` is for VARIANCE with more groups than fit `memory_bytes`; it
    /// is removed in any case. `disk` outlives the run.
    static explained<std::unique_ptr<ReportRun>> start(
        world::Disk& disk, std::string_view set_path, const ReportRequest& request,
        std::string temporary_path, std::size_t memory_bytes = Variance::memory_bytes_default);

    /// Reads or writes at most `rows_max` rows (at least 1) and appends the bytes that follow to
    /// `out`. Not called again after `done` or an error.
    explained<Step> step(std::size_t rows_max, std::string& out);

    /// Records in the bytes given so far.
    std::uint64_t records_written() const noexcept { return records_written_; }

  private:
    enum class Stage { beginning, reading, groups, ended };

    ReportRun(world::Disk& disk, SetReader reader, const ReportRequest& request,
              std::string temporary_path, std::size_t memory_bytes);

    bool is_wanted(const StoredRow& row) const;
    result<void> take(const StoredRow& row, std::string& out);
    result<void> read_row(std::string& out);
    result<void> write_group(std::string& out);
    void end(std::string& out);
    Failure failure_of(boost::system::error_code code) const;

    SetReader reader_;
    const ReportRequest request_;
    ReportWriter writer_;
    std::unique_ptr<Variance> variance_;  ///< of a VARIANCE report
    Stage stage_ = Stage::beginning;
    std::uint64_t records_written_ = 0;
};

}  // namespace belay::exports
