// Input files read in slices: what a plain reading of the whole text finds, whatever the pieces,
// the memory and the place that reading begins at; and a disk that fails.
#include <cstdlib>

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"
#include "tests/drive/batches/heap.hpp"
#include "tests/drive/batches/input_files.hpp"
#include "tests/support/temporary_directory.hpp"

namespace belay::batch_drive {
namespace {

using namespace test;
using batches::RowFault;
namespace errc = boost::system::errc;
using Repeats = InputRows::Repeats;

std::optional<RowFault> fault_in(std::string_view text) {
    world::SimDisk disk(1);
    InputCheck check(disk, put(disk, text), cancel_path);
    run(check);
    BOOST_TEST(!check.error());
    return check.fault() ? std::optional(check.fault()->error.fault) : std::nullopt;
}

void check_rows(const RandomFile& file, InputRows& rows, std::size_t from) {
    const Given given = take_all(rows);
    BOOST_TEST(!given.error);
    BOOST_REQUIRE(given.rows.size() == file.rows.size() - from);
    for (std::size_t at = 0; at < given.rows.size(); ++at) {
        BOOST_TEST((given.rows[at] == file.rows[from + at]), "row " << from + at);
    }
}

BOOST_AUTO_TEST_SUITE(batch_input)

BOOST_AUTO_TEST_CASE(a_check_finds_the_first_fault_of_any_file) {
    int good = 0;
    int repeated = 0;
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            const RandomFile file(seed, 1 + seed % 90, seed % 3 == 0 ? 1'000'000 : 30,
                                  seed % 2 == 0 ? 1'000'000 : 100);
            world::SimDisk disk(seed);
            InputCheck check(disk, put(disk, file.text), cancel_path, small_bounds(1 + seed % 50));
            run(check);
            BOOST_TEST(!check.error());
            const Expected* expected = file.first_fault();
            if (file.rows.empty()) {
                BOOST_REQUIRE(check.fault().has_value());
                BOOST_TEST((check.fault()->error.fault == RowFault::no_rows));
            } else if (expected == nullptr) {
                BOOST_TEST(!check.fault().has_value());
                BOOST_TEST(check.rows_good() == file.rows.size());
                ++good;
            } else {
                BOOST_REQUIRE(check.fault().has_value());
                BOOST_TEST(check.fault()->line == expected->line);
                BOOST_TEST((check.fault()->error.fault == *expected->fault));
                BOOST_TEST(check.fault()->error.id == expected->id);
                repeated += *expected->fault == RowFault::id_repeated ? 1 : 0;
            }
            BOOST_TEST(disk.list("").value().size() == 1U);
        }
    }
    BOOST_TEST(good > 20);
    BOOST_TEST(repeated > 20);
}

BOOST_AUTO_TEST_CASE(rows_are_given_as_they_stand_and_go_on_from_any_place) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            const RandomFile file(seed, 1 + seed % 90, 5, 50);
            world::SimDisk disk(seed);
            const InputFile stored = put(disk, file.text);
            const InputBounds bounds = small_bounds(1 + seed % 50);
            InputRows rows(disk, stored, cancel_path, Repeats::fail, {}, bounds);
            const Given given = take_all(rows);
            BOOST_TEST((given.rows == file.rows));
            for (std::size_t from = 0; from < given.behind.size(); from += 1 + seed % 7) {
                InputRows rest(disk, stored, cancel_path, Repeats::fail, given.behind[from],
                               bounds);
                check_rows(file, rest, from + 1);
                // And from where the row itself begins, as a window's first row is remembered.
                const Expected& row = file.rows[from];
                InputRows with(disk, stored, cancel_path, Repeats::fail,
                               {from, row.offset, row.line}, bounds);
                check_rows(file, with, from);
            }
            BOOST_TEST(disk.list("").value().size() == 1U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_was_validated_is_read_once) {
    world::SimDisk disk(1);
    const InputFile stored = put(disk, good_row("a") + "\n" + good_row("a") + "\n");
    const std::uint64_t changes = disk.changes();
    InputRows rows(disk, stored, cancel_path, Repeats::none);
    const Given given = take_all(rows);
    BOOST_TEST(given.rows.size() == 2U);
    BOOST_TEST(!given.rows[1].fault.has_value());
    BOOST_TEST(disk.changes() == changes);
    BOOST_TEST(disk.calls(world::SimCall::read) == 1U);
}

BOOST_AUTO_TEST_CASE(files_that_are_bad_as_a_whole) {
    const std::string a = good_row("a");
    const std::string b = good_row("b");
    BOOST_TEST((fault_in("") == RowFault::no_rows));
    BOOST_TEST((fault_in("\n\r\n \n") == RowFault::no_rows));
    BOOST_TEST((fault_in("\xEF\xBB\xBF") == RowFault::no_rows));
    BOOST_TEST(!fault_in(a));
    BOOST_TEST(!fault_in("\xEF\xBB\xBF" + a + "\r\n\n" + b));
    BOOST_TEST((fault_in(a + "\n" + std::string(10 << 20U, 'x') + "\n" + b) == RowFault::too_long));
    BOOST_TEST((fault_in(std::string(10 << 20U, ' ')) == RowFault::too_long));
    BOOST_TEST((fault_in(a + "\r" + b) == RowFault::not_json));  // a CR alone ends no line
    BOOST_TEST((fault_in(a + "\n" + b + "\n" + a) == RowFault::id_repeated));
    // Which stands first decides, not which is found first.
    BOOST_TEST((fault_in(a + "\n" + a + "\n{") == RowFault::id_repeated));
    BOOST_TEST((fault_in(a + "\n{\n" + a) == RowFault::not_json));
    std::string utf16("\xFF\xFE", 2);
    for (const char each : a) {
        utf16 += each;
        utf16 += '\0';
    }
    BOOST_TEST((fault_in(utf16) == RowFault::not_utf8));
}

BOOST_AUTO_TEST_CASE(every_error_of_the_disk_ends_a_reading_and_leaves_no_file) {
    const RandomFile file(7, 3'000, 40, 1'000);
    std::string good;
    for (int at = 0; at < 3'000; ++at) {
        good += good_row(std::to_string(at)) + "\n";
    }
    int met = 0;
    for (const world::SimCall call :
         {world::SimCall::open, world::SimCall::read, world::SimCall::write}) {
        for (std::uint64_t nth = 1;; nth = nth * 3 / 2 + 1) {
            world::SimDisk disk(nth);
            const InputFile stored = put(disk, good);
            disk.fail({call, nth, {}}, errc::io_error);
            InputCheck check(disk, stored, cancel_path, small_bounds(100));
            run(check);
            BOOST_TEST(!check.fault().has_value());
            BOOST_TEST(disk.list("").value().size() == 1U);
            if (!check.error()) {
                break;
            }
            BOOST_TEST((check.error() == errc::io_error));
            ++met;
        }
        for (std::uint64_t nth = 1;; nth = nth * 3 / 2 + 1) {
            world::SimDisk disk(nth);
            const InputFile stored = put(disk, file.text);
            disk.fail({call, nth, {}}, errc::io_error);
            InputRows rows(disk, stored, cancel_path, Repeats::fail, {}, small_bounds(100));
            const Given given = take_all(rows);
            BOOST_TEST(disk.list("").value().size() == 1U);
            BOOST_TEST(std::equal(given.rows.begin(), given.rows.end(), file.rows.begin()));
            if (!given.error) {
                break;
            }
            BOOST_TEST((given.error == errc::io_error));
            ++met;
        }
    }
    BOOST_TEST(met > 30);
}

BOOST_AUTO_TEST_CASE(another_file_than_was_uploaded_is_told) {
    world::SimDisk disk(1);
    InputFile stored = put(disk, good_row("a"));
    InputRows behind(disk, stored, cancel_path, Repeats::none, {1, stored.bytes + 1, 2});
    BOOST_TEST((take_all(behind).error == Error::corrupt));
    for (const std::uint64_t bytes : {stored.bytes - 1, stored.bytes + 1}) {
        stored.bytes = bytes;
        InputCheck check(disk, stored, cancel_path);
        run(check);
        BOOST_TEST((check.error() == Error::corrupt));
    }
    stored.path = "none.in";
    InputCheck check(disk, stored, cancel_path);
    run(check);
    BOOST_TEST((check.error() == errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_reading_that_is_given_up_removes_its_files) {
    std::string text;
    for (int at = 0; at < 4'000; ++at) {
        text += good_row(std::to_string(at)) + "\n";
    }
    // In each slice once, so that every stage is met.
    bool is_over = false;
    for (int slices = 0; !is_over; slices = slices * 5 / 4 + 1) {
        world::SimDisk disk(1);
        const InputFile stored = put(disk, text);
        InputCheck check(disk, stored, cancel_path, small_bounds(100));
        InputRows rows(disk, stored, cancel_path, Repeats::fail, {}, small_bounds(100));
        for (int slice = 0; slice < slices; ++slice) {
            check.run();
            rows.run();
        }
        is_over = check.is_done() && !rows.wants_run();
        check.give_up();
        rows.give_up();
        while (!check.is_done()) {
            check.run();
        }
        rows.run();
        BOOST_TEST(!rows.next().has_value());
        BOOST_TEST((rows.error() == errc::operation_canceled));
        BOOST_TEST(disk.list("").value().size() == 1U);
    }
}

/// A million rows apart, and a tenth of that unless BELAY_TEST_SIZE=full.
BOOST_AUTO_TEST_CASE(ids_repeated_far_apart_are_found_in_bounded_memory) {
    constexpr std::size_t mebibyte = 1024 * 1024;
    const char* size = std::getenv("BELAY_TEST_SIZE");
    const int rows = size != nullptr && std::string_view(size) == "full" ? 1'000'000 : 100'000;
    const belay::test::TemporaryDirectory directory;
    const auto disk = world::open_posix_disk(directory.path()).value();
    InputFile stored{std::string(input), 0};
    {
        const auto file = disk->open(input, {world::Open::create}).value();
        std::string text;
        for (int at = 0; at <= rows; ++at) {
            std::string id = std::to_string(at % rows);
            id.insert(0, batches::row_id_bytes_max - id.size(), '0');
            text += good_row(id) + "\n";
            if (text.size() > mebibyte || at == rows) {
                file->write_at(stored.bytes, as_byte_span(text)).value();
                stored.bytes += text.size();
                text.clear();
            }
        }
    }
    const auto last = static_cast<std::uint64_t>(rows) + 1;
    const auto peak_of = [&](std::size_t ids_memory_bytes, bool skips_validation) {
        InputBounds bounds;
        bounds.ids_memory_bytes = ids_memory_bytes;
        belay::test::heap_peak_and_reset();
        const std::size_t before = belay::test::heap_bytes();
        if (!skips_validation) {
            InputCheck check(*disk, stored, cancel_path, bounds);
            run(check);
            BOOST_REQUIRE(check.fault().has_value());
            BOOST_TEST(check.fault()->line == last);
            BOOST_TEST((check.fault()->error.fault == RowFault::id_repeated));
            BOOST_TEST(check.rows_good() == last);
            return belay::test::heap_peak_and_reset() - before;
        }
        InputRows source(*disk, stored, cancel_path, Repeats::fail, {}, bounds);
        std::uint64_t good = 0;
        std::uint64_t bad = 0;
        while (!source.is_at_end()) {
            while (source.wants_run()) {
                source.run();
            }
            while (const auto row = source.next()) {
                ++(row->row ? good : bad);
                BOOST_TEST_REQUIRE((row->row.has_value() == (row->line != last)));
            }
        }
        BOOST_TEST(good == static_cast<std::uint64_t>(rows));
        BOOST_TEST(bad == 1U);
        return belay::test::heap_peak_and_reset() - before;
    };
    for (const bool skips_validation : {false, true}) {
        const std::size_t usual = peak_of(InputBounds().ids_memory_bytes, skips_validation);
        BOOST_TEST_MESSAGE(rows << " rows, skip_validation " << skips_validation << ": " << usual
                                << " bytes at most");
        BOOST_TEST(usual <= 16 * mebibyte);
        // What is held follows the bound and not the count of rows.
        BOOST_TEST(peak_of(mebibyte / 2, skips_validation) <= 3 * mebibyte);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive
