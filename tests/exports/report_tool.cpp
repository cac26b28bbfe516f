// Stores an upload and writes its nine reports into a directory, for readback.py:
//   exports_report_tool ROWS csv|ndjson DIRECTORY
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "core/exports/report.hpp"
#include "core/exports/transaction_set.hpp"
#include "core/world/disk.hpp"

namespace {

using namespace belay;
using namespace belay::exports;

void write_report(world::Disk& disk, ReportType type, Format format) {
    const Day from(std::chrono::year(1) / 1 / 1);
    const Day to(std::chrono::year(9999) / 12 / 31);
    const auto run =
        ReportRun::start(disk, "rows", {type, format, {from, to, std::nullopt}}, "temporary")
            .value();
    std::string bytes;
    while (run->step(1000, bytes).value() == ReportRun::Step::more) {
    }
    const std::string name = std::string(name_of(type)).append(".").append(extension_of(format));
    world::write_whole(disk, name, as_byte_span(bytes)).value();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: exports_report_tool ROWS csv|ndjson DIRECTORY\n", stderr);
        return 2;
    }
    const auto disk = world::open_posix_disk(arguments[3]).value();
    const auto format =
        std::string(arguments[2]) == "csv" ? UploadFormat::csv : UploadFormat::ndjson;
    const auto upload = TransactionUpload::start(*disk, format, {"rows", "sort"}).value();
    std::ifstream file(arguments[1], std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto fed = upload->feed(text);
    const auto rows = fed ? upload->finish() : row_result<std::uint64_t>(fed.error());
    if (!rows) {
        std::fprintf(stderr, "line %llu: %s\n", static_cast<unsigned long long>(rows.error().line),
                     rows.error().what.c_str());
        return 1;
    }
    std::printf("%llu\n", static_cast<unsigned long long>(*rows));
    for (const ReportType type :
         {ReportType::matched, ReportType::unmatched, ReportType::variance}) {
        for (const Format made : {Format::csv, Format::json, Format::xml}) {
            write_report(*disk, type, made);
        }
    }
    return 0;
}
