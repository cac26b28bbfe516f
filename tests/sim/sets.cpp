#include "tests/sim/sets.hpp"

#include <string>

#include "auth/digest.hpp"
#include "core/exports/files.hpp"
#include "core/exports/report.hpp"
#include "core/exports/set_file.hpp"
#include "tests/sim/random.hpp"

namespace belay::sim {
namespace {

constexpr std::uint64_t file_bytes_max = 1 << 20;
constexpr std::string_view shelf_path = "rows";
constexpr std::string_view source = "0189a2c4-5b6d-7e8f-9a0b-1c2d3e4f5a6b";

std::uint64_t seed_of(const job::Uuid& upload) {
    std::uint64_t seed = 0;
    std::memcpy(&seed, upload.octets.data() + upload.octets.size() - sizeof seed, sizeof seed);
    return seed;
}

result<void> add_row(exports::SetWriter& writer, std::uint64_t number, Random& random) {
    using exports::Column;
    const std::string id = "t" + std::to_string(number);
    const std::string amount = std::to_string(random.below(1'000'000)) + ".25";
    exports::Row row;
    row[Column::transaction_id] = id;
    row[Column::match_group_id] = random.one_in(2) ? "group" : "";
    row[Column::source_id] = source;
    row[Column::amount] = amount;
    row[Column::currency] = random.one_in(2) ? "EUR" : "BRL";
    row[Column::date] = "2026-11-22";
    row[Column::expected_amount] = amount;
    exports::Transaction transaction;
    exports::check_row(row, number, transaction).value();
    return writer.add(transaction);
}

}  // namespace

exports::Filter whole_month() {
    return {parse_day("2026-11-01").value(), parse_day("2026-11-30").value(), {}};
}

Sets::Sets() {
    exports::make_directories(shelf_).value();
}

result<void> Sets::write(world::Disk& disk, std::string_view path, const job::Uuid& upload) {
    auto writer = exports::SetWriter::create(disk, path);
    if (writer.has_error()) {
        return writer.error();
    }
    Random random(seed_of(upload));
    const std::uint64_t rows = 3 + random.below(30);
    for (std::uint64_t number = 1; number <= rows; ++number) {
        if (auto added = add_row(*writer, number, random); added.has_error()) {
            return added;
        }
    }
    return writer->finish();
}

const Outcome& Sets::outcome(const std::optional<job::Uuid>& upload, exports::ReportType report,
                             exports::Format format) {
    const auto [found, is_new] = outcomes_.try_emplace(
        {upload ? std::optional(seed_of(*upload)) : std::nullopt, report, format});
    if (is_new) {
        if (upload) {
            write(shelf_, shelf_path, *upload).value();
        }
        auto run = exports::ReportRun::start(shelf_, upload ? shelf_path : exports::empty_set_path,
                                             {report, format, whole_month()}, "groups");
        std::string text;
        run.value()->step(SIZE_MAX, text).value();
        found->second = {auth::sha256(as_byte_span(text)), text.size(), (*run)->records_written()};
    }
    return found->second;
}

result<Outcome> outcome_of_file(world::Disk& disk, std::string_view path) {
    const auto text = world::read_whole(disk, path, file_bytes_max);
    if (text.has_error()) {
        return text.error();
    }
    return Outcome{auth::sha256(as_byte_span(*text)), text->size(), 0};
}

}  // namespace belay::sim
