#include "core/exports/report.hpp"

#include <array>

#include "core/base/check.hpp"

namespace belay::exports {

ReportRun::ReportRun(world::Disk& disk, SetReader reader, const ReportRequest& request,
                     std::string temporary_path, std::size_t memory_bytes)
    : reader_(std::move(reader)), request_(request), writer_(request.type, request.format) {
    if (request.type == ReportType::variance) {
        variance_ = std::make_unique<Variance>(disk, std::move(temporary_path), memory_bytes);
    }
}

explained<std::unique_ptr<ReportRun>> ReportRun::start(world::Disk& disk, std::string_view set_path,
                                                       const ReportRequest& request,
                                                       std::string temporary_path,
                                                       std::size_t memory_bytes) {
    auto reader = SetReader::open(disk, set_path);
    if (!reader) {
        return failure(reader.error(), "the stored transactions cannot be opened");
    }
    return std::unique_ptr<ReportRun>(
        new ReportRun(disk, std::move(*reader), request, std::move(temporary_path), memory_bytes));
}

explained<ReportRun::Step> ReportRun::step(std::size_t rows_max, std::string& out) {
    check(rows_max > 0 && stage_ != Stage::ended, "a step goes forward");
    if (stage_ == Stage::beginning) {
        writer_.begin(out);
        stage_ = Stage::reading;
    }
    for (std::size_t count = 0; count < rows_max && stage_ != Stage::ended; ++count) {
        const auto done = stage_ == Stage::reading ? read_row(out) : write_group(out);
        if (!done) {
            stage_ = Stage::ended;
            return failure_of(done.error());
        }
    }
    return stage_ == Stage::ended ? Step::done : Step::more;
}

bool ReportRun::is_wanted(const StoredRow& row) const {
    const Filter& filter = request_.filter;
    return row.day >= filter.from && row.day <= filter.to &&
           (!filter.source || *filter.source == row.source);
}

result<void> ReportRun::read_row(std::string& out) {
    const auto row = reader_.next();
    if (!row) {
        return row.error();
    }
    if (*row != nullptr) {
        return is_wanted(**row) ? take(**row, out) : result<void>();
    }
    if (!variance_) {
        end(out);
        return {};
    }
    stage_ = Stage::groups;
    return variance_->finish();
}

result<void> ReportRun::take(const StoredRow& stored, std::string& out) {
    if (variance_) {
        return variance_->add(stored);
    }
    const Row& row = stored.row;
    const bool is_matched = !row[Column::match_group_id].empty();
    if (is_matched != (request_.type == ReportType::matched)) {
        return {};
    }
    const std::string source = job::format_uuid(stored.source);
    if (is_matched) {
        const std::array<std::string_view, 6> cells{
            row[Column::transaction_id], row[Column::match_group_id], source,
            row[Column::amount],         row[Column::currency],       row[Column::date]};
        writer_.record(cells, out);
    } else {
        const std::array<std::string_view, 8> cells{
            row[Column::transaction_id], source,
            row[Column::amount],         row[Column::currency],
            row[Column::status],         row[Column::date],
            row[Column::exception_id],   row[Column::due_at]};
        writer_.record(cells, out);
    }
    ++records_written_;
    return {};
}

result<void> ReportRun::write_group(std::string& out) {
    const auto next = variance_->next();
    if (!next) {
        return next.error();
    }
    if (!next->has_value()) {
        end(out);
        return {};
    }
    const VarianceGroup& group = **next;
    const auto net = subtract(group.total_actual, group.total_expected);
    if (!net) {
        return net.error();
    }
    const std::string source = job::format_uuid(group.source);
    const std::string expected = group.total_expected.text();
    const std::string actual = group.total_actual.text();
    const std::string variance = net->text();
    const std::string percent = percent_of(*net, group.total_expected);
    const std::array<std::string_view, 8> cells{
        source,   group.currency, group.fee_schedule_id, group.fee_schedule_name, expected, actual,
        variance, percent};
    writer_.record(cells, out);
    ++records_written_;
    return {};
}

void ReportRun::end(std::string& out) {
    writer_.end(out);
    stage_ = Stage::ended;
}

Failure ReportRun::failure_of(boost::system::error_code code) const {
    if (code == Error::too_large) {
        return failure(code, "a total of the report needs more than 38 digits");
    }
    if (code == Error::corrupt || code == Error::newer_format) {
        return failure(code, "the stored transactions cannot be read: " + code.message());
    }
    return failure(code, "the disk failed: " + code.message());
}

}  // namespace belay::exports
