#include "store/log/facts.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/limits.hpp"
#include "store/log/frame.hpp"
#include "tests/support/guard_page.hpp"

namespace belay::store {
namespace {

const std::string longest_key(limits::key_name_bytes_max, 'k');

std::vector<Fact> every_shape() {
    Fact created;
    created.create = true;
    created.number = 1;
    created.record = {.kind = job::Kind{513}, .id = {}};
    created.record.id.octets = {0xff, 1, 2, 3};
    created.value = "the value";
    Fact removed = created;
    removed.create = false;
    removed.tombstone = true;
    removed.number = UINT64_MAX;
    removed.value = "";
    Fact key;
    key.kind = FactKind::key;
    key.key = "k";
    key.value = std::string_view("\0\x01", 2);
    Fact long_key = key;
    long_key.key = longest_key;
    return {created, removed, key, long_key};
}

bool same(const Fact& one, const Fact& other) {
    return one.kind == other.kind && one.create == other.create &&
           one.tombstone == other.tombstone && one.number == other.number &&
           one.record == other.record && one.key == other.key && one.value == other.value;
}

std::string encode(const std::vector<Fact>& facts, WallTime time) {
    std::string body(encoded_body_bytes(facts), 'x');
    encode_body(time, facts, std::as_writable_bytes(std::span(body)));
    return body;
}

BOOST_AUTO_TEST_SUITE(facts)

BOOST_AUTO_TEST_CASE(a_body_reads_back_as_it_was_written) {
    const std::vector<Fact> written = every_shape();
    const WallTime time(Milliseconds(-5));
    const std::string body = encode(written, time);
    FactReader reader(as_byte_span(body));
    BOOST_TEST((reader.time() == time));
    Fact fact;
    for (const Fact& expected : written) {
        BOOST_TEST_REQUIRE(reader.next(fact));
        BOOST_TEST(same(fact, expected));
    }
    BOOST_TEST(!reader.next(fact));
    BOOST_TEST(reader.ok());
    BOOST_TEST(is_valid_body(as_byte_span(encode({}, time))));
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_inside_a_fact_is_refused_and_never_read_past) {
    const std::string body = encode(every_shape(), WallTime{});
    test::GuardPage page(body.size());
    std::vector<std::size_t> whole = {8};
    for (const Fact& fact : every_shape()) {
        whole.push_back(whole.back() + encoded_fact_bytes(fact));
    }
    for (std::size_t size = 0; size <= body.size(); ++size) {
        const std::span<char> bytes = page.place(std::string_view(body).substr(0, size));
        const bool ends_between = std::find(whole.begin(), whole.end(), size) != whole.end();
        BOOST_TEST_REQUIRE(is_valid_body(std::as_bytes(bytes)) == ends_between, size);
    }
}

BOOST_AUTO_TEST_CASE(what_this_version_does_not_know_is_refused) {
    const std::string good = encode({every_shape()[0]}, WallTime{});
    constexpr std::size_t kind_at = 8;
    constexpr std::size_t flags_at = 9;
    for (const int kind : {0, 3, 4, 5, 255}) {
        std::string bad = good;
        bad[kind_at] = static_cast<char>(kind);
        BOOST_TEST(!is_valid_body(as_byte_span(bad)), kind);
    }
    for (const int flags : {3, 4, 0x80}) {
        std::string bad = good;
        bad[flags_at] = static_cast<char>(flags);
        BOOST_TEST(!is_valid_body(as_byte_span(bad)), flags);
    }
    std::string nameless = encode({every_shape()[2]}, WallTime{});
    nameless[18] = 0;  // the name's length; its one byte then reads as the value's length
    BOOST_TEST(!is_valid_body(as_byte_span(nameless)));
}

BOOST_AUTO_TEST_CASE(every_flipped_bit_of_a_frame_is_noticed) {
    const std::string body = encode({every_shape()[0]}, WallTime{});
    std::vector<std::byte> frame(frame_bytes(body.size()));
    FrameHeader header;
    header.length = static_cast<std::uint32_t>(frame.size());
    header.type = 1;
    header.body_length = static_cast<std::uint32_t>(body.size());
    store_frame_header(frame.data(), header);
    std::memcpy(frame.data() + frame_header_bytes, body.data(), body.size());
    const FramePlace place{.segment = 3, .offset = 12288, .lsn = 640, .chain = 99};
    stamp_frame(frame, place, 64, 1234);
    BOOST_TEST((check_frame(frame, place, 1234) == FrameCheck::valid));
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
        frame[bit / 8] ^= std::byte{1} << (bit % 8);
        BOOST_TEST_REQUIRE((check_frame(frame, place, 1234) != FrameCheck::valid), bit);
        frame[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    BOOST_TEST((check_frame(frame, place, 1235) == FrameCheck::bad_header));
    BOOST_TEST((check_frame(frame, {.segment = 4, .offset = 12288, .lsn = 640, .chain = 99},
                            1234) == FrameCheck::absent));
    BOOST_TEST((check_frame(frame, {.segment = 3, .offset = 12352, .lsn = 640, .chain = 99},
                            1234) == FrameCheck::absent));
    BOOST_TEST((check_frame(frame, {.segment = 3, .offset = 12288, .lsn = 704, .chain = 99},
                            1234) == FrameCheck::elsewhere));
    BOOST_TEST((check_frame(frame, {.segment = 3, .offset = 12288, .lsn = 640, .chain = 98},
                            1234) == FrameCheck::elsewhere));
    BOOST_TEST((check_frame(ByteSpan(frame).first(frame.size() - 64), place, 1234) ==
                FrameCheck::bad_body));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
