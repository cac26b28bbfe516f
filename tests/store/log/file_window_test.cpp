// A window shows the file's bytes wherever pieces end, ahead or not, also of a file that is shorter
// than it should be or cannot be read.
#include "store/log/file_window.hpp"

#include <random>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/world/disk.hpp"
#include "tests/support/temporary_directory.hpp"

namespace belay::store {
namespace {

constexpr std::size_t file_bytes = 5 * 1024 * 1024 + 123;  // several pieces and a part of one
constexpr std::size_t want_max = 128 * 1024;

std::vector<std::byte> random_bytes(std::size_t count, std::mt19937_64& random) {
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

struct FileOnDisk {
    explicit FileOnDisk(ByteSpan bytes) : disk(*world::open_posix_disk(directory.path())) {
        auto file = disk->open("file", {.mode = world::Open::create});
        BOOST_REQUIRE(file.has_value());
        BOOST_REQUIRE((*file)->write_at(0, bytes).has_value());
    }

    test::TemporaryDirectory directory;
    std::unique_ptr<world::Disk> disk;
};

/// Is what the window shows at `offset` what the file has there, and as much as was wanted?
bool shows(FileWindow& window, const std::vector<std::byte>& bytes, std::uint64_t offset,
           std::size_t want) {
    const auto seen = window.at(offset, want);
    if (seen.has_error()) {
        return false;
    }
    const std::size_t left = bytes.size() - std::min<std::size_t>(offset, bytes.size());
    return seen->size() >= std::min(want, left) && seen->size() <= left &&
           std::equal(seen->begin(), seen->end(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() - left));
}

BOOST_AUTO_TEST_SUITE(file_window)

BOOST_AUTO_TEST_CASE(it_shows_the_bytes_of_the_file_from_front_to_back_and_after_jumps) {
    const std::uint64_t seed = 7;
    BOOST_TEST_MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    const std::vector<std::byte> bytes = random_bytes(file_bytes, random);
    FileOnDisk on_disk(bytes);
    for (const Reading reading : {Reading::plain, Reading::ahead}) {
        const auto file = open_for(*on_disk.disk, "file", reading);
        BOOST_REQUIRE(file.has_value());
        FileWindow window(**file, bytes.size(), want_max, reading);
        for (int pass = 0; pass < 3; ++pass) {
            for (std::uint64_t offset = 0; offset <= bytes.size(); offset += random() % want_max) {
                BOOST_REQUIRE(shows(window, bytes, offset, random() % (want_max + 1)));
            }
            BOOST_TEST(shows(window, bytes, bytes.size(), want_max));
            BOOST_TEST(shows(window, bytes, bytes.size() + 10'000, want_max));
        }
        for (int jump = 0; jump < 50; ++jump) {
            BOOST_REQUIRE(shows(window, bytes, random() % bytes.size(), want_max));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_is_shorter_than_it_should_be_ends_where_it_ends) {
    std::mt19937_64 random(11);
    const std::vector<std::byte> bytes = random_bytes(file_bytes, random);
    FileOnDisk on_disk(bytes);
    for (const Reading reading : {Reading::plain, Reading::ahead}) {
        const auto file = open_for(*on_disk.disk, "file", reading);
        BOOST_REQUIRE(file.has_value());
        FileWindow window(**file, 2 * file_bytes, want_max, reading);
        for (std::uint64_t offset = 0; offset < bytes.size(); offset += want_max / 2) {
            BOOST_REQUIRE(shows(window, bytes, offset, want_max));
        }
        BOOST_TEST(shows(window, bytes, bytes.size() + want_max, want_max));
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_an_error_where_it_is_needed) {
    class Broken final : public world::File {
      public:
        result<std::size_t> read_at(std::uint64_t offset, MutableByteSpan into) const override {
            if (offset != 0) {
                return boost::system::error_code(EIO, boost::system::system_category());
            }
            return into.size();
        }
        result<void> write_at(std::uint64_t, ByteSpan) override { return {}; }
        result<void> sync() override { return {}; }
        result<std::uint64_t> size() const override { return file_bytes; }
        result<void> resize(std::uint64_t) override { return {}; }
    };
    const Broken file;
    for (const Reading reading : {Reading::plain, Reading::ahead}) {
        FileWindow window(file, file_bytes, want_max, reading);
        for (std::uint64_t offset = 0; offset < 7 * want_max; offset += want_max) {
            BOOST_TEST(window.at(offset, want_max).has_value());
        }
        const auto behind = window.at(1024 * 1024 - 1, want_max);
        BOOST_TEST((behind.has_error() && behind.error() == boost::system::errc::io_error));
        BOOST_TEST(window.at(3 * 1024 * 1024, 1).has_error());
        BOOST_TEST(window.at(0, want_max).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
