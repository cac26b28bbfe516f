#include "core/exports/set_file.hpp"

#include <boost/test/unit_test.hpp>

#include "core/world/disk_sim.hpp"

namespace belay::exports {
namespace {

/// Row `number` of a set that fills its blocks with rows of many sizes.
struct Sample {
    std::string id;
    std::string name;
    Transaction transaction;

    explicit Sample(std::uint64_t number)
        : id("tx-" + std::to_string(number)), name(number % 200, 'n') {
        Row& row = transaction.row;
        row[Column::transaction_id] = id;
        row[Column::source_id] = "not stored as text";
        row[Column::amount] = "as written";
        row[Column::currency] = "EUR";
        row[Column::date] = "2026-11-20";
        row[Column::fee_schedule_name] = name;
        transaction.source.octets[15] = static_cast<std::uint8_t>(number);
        transaction.day = Day(std::chrono::days(static_cast<int>(number) - 5));
        transaction.amount = std::to_string(number) + ".50";
    }
};

void write_set(world::Disk& disk, std::string_view path, std::uint64_t count) {
    auto writer = SetWriter::create(disk, path).value();
    for (std::uint64_t number = 0; number < count; ++number) {
        writer.add(Sample(number).transaction).value();
    }
    writer.finish().value();
    BOOST_TEST(writer.rows() == count);
}

void check_is(const StoredRow& stored, std::uint64_t number) {
    const Sample sample(number);
    BOOST_REQUIRE(stored.row[Column::transaction_id] == sample.id);
    BOOST_TEST(stored.row[Column::source_id].empty());
    BOOST_TEST(stored.row[Column::amount] == sample.transaction.amount);
    BOOST_TEST(stored.row[Column::expected_amount].empty());
    BOOST_TEST(stored.row[Column::fee_schedule_name] == sample.name);
    BOOST_TEST((stored.source == sample.transaction.source));
    BOOST_TEST((stored.day == sample.transaction.day));
}

/// How reading all of it ends.
boost::system::error_code read_to_end(world::Disk& disk, std::string_view path) {
    auto reader = SetReader::open(disk, path);
    if (!reader) {
        return reader.error();
    }
    while (true) {
        const auto row = reader->next();
        if (!row) {
            return row.error();
        }
        if (*row == nullptr) {
            return {};
        }
    }
}

BOOST_AUTO_TEST_SUITE(set_file)

BOOST_AUTO_TEST_CASE(what_was_added_is_read_in_order) {
    for (const std::uint64_t count : {0U, 1U, 700U, 3'000U}) {
        world::SimDisk disk(1);
        write_set(disk, "set", count);
        auto reader = SetReader::open(disk, "set").value();
        for (std::uint64_t number = 0; number < count; ++number) {
            const StoredRow* row = reader.next().value();
            BOOST_REQUIRE(row != nullptr);
            check_is(*row, number);
            BOOST_TEST(reader.position() == number + 1);
        }
        BOOST_TEST(reader.next().value() == nullptr);
        BOOST_TEST(reader.next().value() == nullptr);
    }
}

BOOST_AUTO_TEST_CASE(reading_starts_again_at_a_block) {
    world::SimDisk disk(1);
    constexpr std::uint64_t count = 3'000;
    write_set(disk, "set", count);
    auto reader = SetReader::open(disk, "set").value();
    for (int row = 0; row < 2'000; ++row) {
        reader.next().value();
    }
    BOOST_TEST(reader.block_offset() > 0U);
    auto again = SetReader::open(disk, "set", reader.block_offset()).value();
    const StoredRow* row = again.next().value();
    for (std::uint64_t number = again.position() - 1; number < count; ++number) {
        BOOST_REQUIRE(row != nullptr);
        check_is(*row, number);
        row = again.next().value();
    }
    BOOST_TEST(row == nullptr);
    auto wrong = SetReader::open(disk, "set", reader.block_offset() + 1).value();
    BOOST_TEST((wrong.next().error() == Error::corrupt));
}

BOOST_AUTO_TEST_CASE(equal_rows_make_equal_bytes) {
    world::SimDisk disk(1);
    write_set(disk, "one", 500);
    write_set(disk, "two", 500);
    BOOST_TEST((world::read_whole(disk, "one", 1 << 20).value() ==
                world::read_whole(disk, "two", 1 << 20).value()));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_is_found) {
    world::SimDisk disk(1);
    write_set(disk, "set", 40);
    const std::uint64_t size = disk.open("set", {}).value()->size().value();
    for (std::uint64_t offset = 0; offset < size; ++offset) {
        const auto bit = static_cast<unsigned>(offset % 8);
        disk.flip_bit("set", offset, bit);
        BOOST_TEST((read_to_end(disk, "set") == Error::corrupt), "byte " << offset);
        disk.flip_bit("set", offset, bit);
    }
    BOOST_TEST(!read_to_end(disk, "set"));
}

BOOST_AUTO_TEST_CASE(a_set_that_is_cut_goes_on_after_its_end_or_has_moved_is_corrupt) {
    world::SimDisk disk(1);
    write_set(disk, "set", 1'500);
    const std::string whole = world::read_whole(disk, "set", 1 << 20).value();
    auto reader = SetReader::open(disk, "set").value();
    reader.next().value();
    while (reader.block_offset() == 0) {
        reader.next().value();
    }
    const std::uint64_t second = reader.block_offset();
    std::vector<std::string> bad;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{31}, static_cast<std::size_t>(second),
          whole.size() - 32, whole.size() - 1}) {
        bad.push_back(whole.substr(0, size));
    }
    bad.push_back(whole + '\0');
    bad.push_back(whole + whole);
    bad.push_back(whole.substr(static_cast<std::size_t>(second)));
    // A block left out, and its copy in the place of another.
    bad.push_back(whole.substr(0, static_cast<std::size_t>(second)) +
                  whole.substr(0, static_cast<std::size_t>(second)));
    for (const std::string& bytes : bad) {
        world::write_whole(disk, "bad", as_byte_span(bytes)).value();
        BOOST_TEST((read_to_end(disk, "bad") == Error::corrupt));
    }
}

BOOST_AUTO_TEST_CASE(finish_makes_the_contents_durable) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        world::SimDisk disk(seed);
        write_set(disk, "set", 300);
        disk.sync_directory("").value();
        disk.power_loss(seed);
        disk.restart();
        BOOST_TEST(!read_to_end(disk, "set"));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::exports
