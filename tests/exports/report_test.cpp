// The nine reports of a small set, byte for byte, and what a filter lets through.
#include "core/exports/report.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include "core/exports/transaction_set.hpp"
#include "core/world/disk_sim.hpp"

namespace belay::exports {
namespace {

constexpr std::string_view set =
    "transaction_id,match_group_id,source_id,amount,currency,status,date,exception_id,due_at,"
    "expected_amount,fee_schedule_id,fee_schedule_name\n"
    "tx-1,mg-1,11111111-1111-1111-1111-111111111111,100.00,BRL,MATCHED,2026-11-01,,,100.50,fs-1,"
    "\"Caf\xc3\xa9, \"\"Sul\"\"\"\n"
    "\"=tx,2\",mg-1,22222222-2222-2222-2222-222222222222,-0.10,USD,MATCHED,"
    "2026-11-02T00:30:00-03:00,,,,,\n"
    "tx-3,,11111111-1111-1111-1111-111111111111,007.5,BRL,PENDING,2026-11-03,ex<1>,"
    "2026-11-10,10,fs-1,other name\n"
    "tx-4,,22222222-2222-2222-2222-222222222222,1.00,EUR,,2026-11-04,,,0.00,,\n";

constexpr Day november(int day) {
    return Day(std::chrono::year(2026) / 11 / day);
}

ReportRequest request_of(ReportType type, Format format) {
    return {type, format, {november(1), november(30), std::nullopt}};
}

struct Report {
    std::string bytes;
    std::uint64_t records = 0;
};

Report make_report(world::Disk& disk, const ReportRequest& request, std::size_t rows_max = 1000) {
    const auto run = ReportRun::start(disk, "rows", request, "temporary").value();
    Report report;
    while (run->step(rows_max, report.bytes).value() == ReportRun::Step::more) {
    }
    report.records = run->records_written();
    return report;
}

struct Stored {
    world::SimDisk disk{1};

    explicit Stored(std::string_view text = set) {
        const auto upload =
            TransactionUpload::start(disk, UploadFormat::csv, {"rows", "sort"}).value();
        upload->feed(text).value();
        upload->finish().value();
    }

    std::string report(ReportType type, Format format) {
        return make_report(disk, request_of(type, format)).bytes;
    }
};

BOOST_AUTO_TEST_SUITE(report)

BOOST_AUTO_TEST_CASE(matched) {
    Stored stored;
    BOOST_TEST(stored.report(ReportType::matched, Format::csv) ==
               "transaction_id,match_group_id,source_id,amount,currency,date\n"
               "tx-1,mg-1,11111111-1111-1111-1111-111111111111,100.00,BRL,2026-11-01\n"
               "\"'=tx,2\",mg-1,22222222-2222-2222-2222-222222222222,-0.10,USD,"
               "2026-11-02T00:30:00-03:00\n");
    BOOST_TEST(stored.report(ReportType::matched, Format::json) ==
               "[\n"
               "{\"TransactionID\":\"tx-1\",\"MatchGroupID\":\"mg-1\",\"SourceID\":"
               "\"11111111-1111-1111-1111-111111111111\",\"Amount\":\"100.00\",\"Currency\":"
               "\"BRL\",\"Date\":\"2026-11-01\"},\n"
               "{\"TransactionID\":\"=tx,2\",\"MatchGroupID\":\"mg-1\",\"SourceID\":"
               "\"22222222-2222-2222-2222-222222222222\",\"Amount\":\"-0.10\",\"Currency\":"
               "\"USD\",\"Date\":\"2026-11-02T00:30:00-03:00\"}\n"
               "]\n");
    BOOST_TEST(stored.report(ReportType::matched, Format::xml) ==
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<matchedItems>\n"
               "<item><transaction_id>tx-1</transaction_id><match_group_id>mg-1</match_group_id>"
               "<source_id>11111111-1111-1111-1111-111111111111</source_id><amount>100.00</amount>"
               "<currency>BRL</currency><date>2026-11-01</date></item>\n"
               "<item><transaction_id>=tx,2</transaction_id><match_group_id>mg-1</match_group_id>"
               "<source_id>22222222-2222-2222-2222-222222222222</source_id><amount>-0.10</amount>"
               "<currency>USD</currency><date>2026-11-02T00:30:00-03:00</date></item>\n"
               "</matchedItems>\n");
}

BOOST_AUTO_TEST_CASE(unmatched) {
    Stored stored;
    BOOST_TEST(
        stored.report(ReportType::unmatched, Format::csv) ==
        "transaction_id,source_id,amount,currency,status,date,exception_id,due_at\n"
        "tx-3,11111111-1111-1111-1111-111111111111,7.5,BRL,PENDING,2026-11-03,ex<1>,2026-11-10\n"
        "tx-4,22222222-2222-2222-2222-222222222222,1.00,EUR,,2026-11-04,,\n");
    BOOST_TEST(stored.report(ReportType::unmatched, Format::json) ==
               "[\n"
               "{\"TransactionID\":\"tx-3\",\"SourceID\":\"11111111-1111-1111-1111-111111111111\","
               "\"Amount\":\"7.5\",\"Currency\":\"BRL\",\"Status\":\"PENDING\",\"Date\":"
               "\"2026-11-03\",\"ExceptionID\":\"ex<1>\",\"DueAt\":\"2026-11-10\"},\n"
               "{\"TransactionID\":\"tx-4\",\"SourceID\":\"22222222-2222-2222-2222-222222222222\","
               "\"Amount\":\"1.00\",\"Currency\":\"EUR\",\"Status\":null,\"Date\":\"2026-11-04\","
               "\"ExceptionID\":null,\"DueAt\":null}\n"
               "]\n");
    BOOST_TEST(stored.report(ReportType::unmatched, Format::xml) ==
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<unmatchedItems>\n"
               "<item><transaction_id>tx-3</transaction_id>"
               "<source_id>11111111-1111-1111-1111-111111111111</source_id><amount>7.5</amount>"
               "<currency>BRL</currency><status>PENDING</status><date>2026-11-03</date>"
               "<exception_id>ex&lt;1&gt;</exception_id><due_at>2026-11-10</due_at></item>\n"
               "<item><transaction_id>tx-4</transaction_id>"
               "<source_id>22222222-2222-2222-2222-222222222222</source_id><amount>1.00</amount>"
               "<currency>EUR</currency><date>2026-11-04</date></item>\n"
               "</unmatchedItems>\n");
}

BOOST_AUTO_TEST_CASE(variance) {
    Stored stored;
    BOOST_TEST(stored.report(ReportType::variance, Format::csv) ==
               "source_id,currency,fee_schedule_id,fee_schedule_name,total_expected,total_actual,"
               "net_variance,variance_pct\n"
               "11111111-1111-1111-1111-111111111111,BRL,fs-1,\"Caf\xc3\xa9, \"\"Sul\"\"\",110.50,"
               "107.50,-3.00,-2.71\n"
               "22222222-2222-2222-2222-222222222222,EUR,,,0.00,1.00,1.00,\n");
    BOOST_TEST(
        stored.report(ReportType::variance, Format::json) ==
        "[\n"
        "{\"source_id\":\"11111111-1111-1111-1111-111111111111\",\"currency\":\"BRL\","
        "\"fee_schedule_id\":\"fs-1\",\"fee_schedule_name\":\"Caf\xc3\xa9, \\\"Sul\\\"\","
        "\"total_expected\":\"110.50\",\"total_actual\":\"107.50\",\"net_variance\":\"-3.00\","
        "\"variance_pct\":\"-2.71\"},\n"
        "{\"source_id\":\"22222222-2222-2222-2222-222222222222\",\"currency\":\"EUR\","
        "\"fee_schedule_id\":null,\"fee_schedule_name\":null,\"total_expected\":\"0.00\","
        "\"total_actual\":\"1.00\",\"net_variance\":\"1.00\",\"variance_pct\":null}\n"
        "]\n");
    BOOST_TEST(stored.report(ReportType::variance, Format::xml) ==
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<varianceRows>\n"
               "<row><source_id>11111111-1111-1111-1111-111111111111</source_id>"
               "<currency>BRL</currency><fee_schedule_id>fs-1</fee_schedule_id>"
               "<fee_schedule_name>Caf\xc3\xa9, \"Sul\"</fee_schedule_name>"
               "<total_expected>110.50</total_expected><total_actual>107.50</total_actual>"
               "<net_variance>-3.00</net_variance><variance_pct>-2.71</variance_pct></row>\n"
               "<row><source_id>22222222-2222-2222-2222-222222222222</source_id>"
               "<currency>EUR</currency><total_expected>0.00</total_expected>"
               "<total_actual>1.00</total_actual><net_variance>1.00</net_variance></row>\n"
               "</varianceRows>\n");
}

BOOST_AUTO_TEST_CASE(the_days_of_a_filter_are_inclusive_and_in_utc) {
    Stored stored;
    const auto records = [&](int from, int to, std::optional<job::Uuid> source = {}) {
        std::uint64_t count = 0;
        for (const ReportType type : {ReportType::matched, ReportType::unmatched}) {
            const ReportRequest request{type, Format::csv, {november(from), november(to), source}};
            count += make_report(stored.disk, request).records;
        }
        return count;
    };
    BOOST_TEST(records(1, 4) == 4U);
    BOOST_TEST(records(1, 1) == 1U);
    BOOST_TEST(records(2, 2) == 1U);
    BOOST_TEST(records(4, 4) == 1U);
    BOOST_TEST(records(5, 30) == 0U);
    const auto source = job::parse_uuid("22222222-2222-2222-2222-222222222222").value();
    BOOST_TEST(records(1, 30, source) == 2U);
    BOOST_TEST(records(1, 30, job::Uuid{}) == 0U);
}

BOOST_AUTO_TEST_CASE(a_report_without_records_is_whole) {
    Stored stored("transaction_id,source_id,amount,currency,date\n");
    const std::pair<ReportType, std::pair<std::string_view, std::string_view>> empty[] = {
        {ReportType::matched,
         {"[]\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<matchedItems>\n</matchedItems>\n"}},
        {ReportType::variance,
         {"[]\n", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<varianceRows>\n</varianceRows>\n"}},
    };
    for (const auto& [type, expected] : empty) {
        BOOST_TEST(stored.report(type, Format::json) == expected.first);
        BOOST_TEST(stored.report(type, Format::xml) == expected.second);
    }
    BOOST_TEST(stored.report(ReportType::matched, Format::csv) ==
               "transaction_id,match_group_id,source_id,amount,currency,date\n");
}

BOOST_AUTO_TEST_CASE(steps_of_any_length_give_the_same_bytes_and_count) {
    Stored stored;
    for (const ReportType type :
         {ReportType::matched, ReportType::unmatched, ReportType::variance}) {
        for (const Format format : {Format::csv, Format::json, Format::xml}) {
            const auto request = request_of(type, format);
            const Report whole = make_report(stored.disk, request);
            BOOST_TEST(whole.records == 2U);
            for (const std::size_t rows_max : {1U, 2U, 3U}) {
                const Report stepped = make_report(stored.disk, request, rows_max);
                BOOST_TEST(stepped.bytes == whole.bytes);
                BOOST_TEST(stepped.records == whole.records);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(failures_say_what_failed) {
    Stored stored;
    const auto request = request_of(ReportType::matched, Format::csv);
    const auto missing = ReportRun::start(stored.disk, "no", request, "temporary");
    BOOST_TEST(missing.error().what == "the stored transactions cannot be opened");
    std::string out;
    stored.disk.fail({world::SimCall::read}, boost::system::errc::io_error);
    const auto unread = ReportRun::start(stored.disk, "rows", request, "temporary").value();
    BOOST_TEST((unread->step(1, out).error().code == boost::system::errc::io_error));
    stored.disk.flip_bit("rows", 100, 0);
    const auto rotten = ReportRun::start(stored.disk, "rows", request, "temporary").value();
    BOOST_TEST((rotten->step(1, out).error().code == Error::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
