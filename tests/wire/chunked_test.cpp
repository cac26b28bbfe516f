#include "http/wire/chunked.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/guard_page.hpp"

namespace belay::wire {
namespace {

struct Decoded {
    ChunkedProgress progress = ChunkedProgress::need_more;
    WireError error = WireError::none;
    std::string payload;
    std::size_t consumed = 0;

    bool operator==(const Decoded&) const = default;
};

Decoded decode_in_pieces(test::GuardPage& page, std::string_view bytes,
                         const std::vector<std::size_t>& sizes, const ChunkedLimits& limits) {
    ChunkedDecoder decoder(limits);
    Decoded decoded;
    for (const std::size_t size : sizes) {
        std::string_view rest(page.place(bytes.substr(0, size)).data(), size);
        bytes.remove_prefix(size);
        while (true) {
            const ChunkedDecoder::Step step = decoder.step(rest);
            rest.remove_prefix(step.consumed);
            decoded.consumed += step.consumed;
            decoded.payload += step.payload;
            decoded.progress = step.progress;
            if (step.progress != ChunkedProgress::payload) {
                break;
            }
        }
    }
    decoded.error = decoder.error();
    BOOST_TEST(decoder.payload_bytes() == decoded.payload.size());
    return decoded;
}

/// The outcome, if it is the same whole, byte by byte, cut anywhere, and in place.
Decoded decode(std::string_view bytes, const ChunkedLimits& limits = {}) {
    test::GuardPage page(bytes.size() + 1);
    const Decoded whole = decode_in_pieces(page, bytes, {bytes.size()}, limits);
    BOOST_TEST((decode_in_pieces(page, bytes, std::vector<std::size_t>(bytes.size(), 1), limits) ==
                whole));
    const std::size_t stride = bytes.size() / 512 + 1;
    for (std::size_t cut = 0; cut <= bytes.size(); cut += stride) {
        BOOST_TEST((decode_in_pieces(page, bytes, {cut, bytes.size() - cut}, limits) == whole));
    }
    ChunkedDecoder decoder(limits);
    const std::span<char> buffer = page.place(bytes);
    const ChunkedDecoder::InPlace in_place = decoder.decode_in_place(buffer);
    BOOST_TEST((in_place.progress == whole.progress));
    BOOST_TEST(in_place.consumed == whole.consumed);
    BOOST_TEST(std::string_view(buffer.data(), in_place.payload) == whole.payload);
    return whole;
}

BOOST_AUTO_TEST_SUITE(chunked)

BOOST_AUTO_TEST_CASE(bodies_end_where_they_end) {
    constexpr std::string_view next = "GET / HTTP/1.1\r\n";
    const std::pair<std::string, std::string> cases[] = {
        {"0\r\n\r\n", ""},
        {"7\r\n{\"a\":1}\r\n0\r\n\r\n", "{\"a\":1}"},
        {"3\r\nabc\r\n00A\r\n0123456789\r\n000\r\n\r\n", "abc0123456789"},
        {"1;a\r\nx\r\n0;b=c\r\n\r\n", "x"},
        {"1 ; a = b ;c;d=\"e;\\\"\\\\f\" \t;g\r\nx\r\n0\r\n\r\n", "x"},
        {"1\r\nx\r\n0\r\nA:\r\nB-c: d\te\r\n\r\n", "x"},
        {"2\r\n\r\n\r\n0\r\n\r\n", "\r\n"},
    };
    for (const auto& [bytes, payload] : cases) {
        const Decoded decoded = decode(bytes + std::string(next));
        BOOST_TEST((decoded.progress == ChunkedProgress::finished), bytes);
        BOOST_TEST(decoded.payload == payload);
        BOOST_TEST(decoded.consumed == bytes.size());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            BOOST_TEST((decode(bytes.substr(0, size)).progress == ChunkedProgress::need_more));
        }
    }
}

BOOST_AUTO_TEST_CASE(everything_else_is_refused_where_it_goes_wrong) {
    const std::pair<std::string, WireError> cases[] = {
        {"\r\n", WireError::chunk_size_malformed},
        {"g\r\n", WireError::chunk_size_malformed},
        {"-1\r\n", WireError::chunk_size_malformed},
        {"0x1\r\n", WireError::chunk_size_malformed},
        {" 1\r\n", WireError::chunk_size_malformed},
        {"1\n", WireError::chunk_size_malformed},
        {"1\rx", WireError::chunk_size_malformed},
        {"1 \r\n", WireError::chunk_size_malformed},
        {"1 2\r\n", WireError::chunk_size_malformed},
        {"10000000000000000\r\n", WireError::chunk_size_too_large},
        {"1;\r\n", WireError::chunk_extension_malformed},
        {"1;=b\r\n", WireError::chunk_extension_malformed},
        {"1;a=\r\n", WireError::chunk_extension_malformed},
        {"1;a \r\n", WireError::chunk_extension_malformed},
        {"1;a=b c\r\n", WireError::chunk_size_malformed},
        {"1;a=\"b\r\n", WireError::chunk_extension_malformed},
        {"1;a=\"b\"c\r\n", WireError::chunk_extension_malformed},
        {"1;a=\"\\\x01\"\r\n", WireError::chunk_extension_malformed},
        {"1;a\n", WireError::chunk_extension_malformed},
        {std::string("1;a=\0\r\n", 8), WireError::chunk_extension_malformed},
        {"1\r\nxy", WireError::chunk_end_malformed},
        {"1\r\nx\n", WireError::chunk_end_malformed},
        {"1\r\nx\r\r", WireError::chunk_end_malformed},
        {"0\r\n\n", WireError::trailer_malformed},
        {"0\r\n\rx", WireError::trailer_malformed},
        {"0\r\n a: b\r\n", WireError::trailer_malformed},
        {"0\r\na : b\r\n", WireError::trailer_malformed},
        {"0\r\na\r\n", WireError::trailer_malformed},
        {"0\r\na: b\n", WireError::trailer_malformed},
        {"0\r\na: \x01", WireError::trailer_malformed},
        {"0\r\na: b\rc", WireError::trailer_malformed},
    };
    for (const auto& [bytes, error] : cases) {
        const Decoded decoded = decode(bytes);
        BOOST_TEST((decoded.progress == ChunkedProgress::refused), bytes);
        BOOST_TEST((decoded.error == error), bytes << ": " << sentence_of(decoded.error));
    }
}

BOOST_AUTO_TEST_CASE(a_payload_over_the_limit_is_refused_by_its_size_alone) {
    ChunkedLimits limits;
    limits.payload_bytes_max = 16;
    BOOST_TEST((decode("a\r\n0123456789\r\n6\r\nabcdef\r\n0\r\n\r\n", limits).progress ==
                ChunkedProgress::finished));
    BOOST_TEST(
        (decode("a\r\n0123456789\r\n7\r\n", limits).error == WireError::chunk_size_too_large));
    BOOST_TEST((decode("11\r\n", limits).error == WireError::chunk_size_too_large));
    BOOST_TEST((decode("ffffffffffffffff\r\n", limits).error == WireError::chunk_size_too_large));
}

BOOST_AUTO_TEST_CASE(what_is_not_payload_is_bounded) {
    ChunkedLimits limits;
    limits.extension_bytes_max = 20;
    limits.trailer_bytes_max = 20;
    // Of an extension's bytes, all behind the first ";" count, the CR too.
    BOOST_TEST((decode("1;" + std::string(19, 'a') + "\r\nx\r\n0\r\n\r\n", limits).progress ==
                ChunkedProgress::finished));
    BOOST_TEST((decode("1;" + std::string(20, 'a') + "\r\n", limits).error ==
                WireError::chunk_extensions_too_large));
    BOOST_TEST(
        (decode("1;" + std::string(10, 'a') + "\r\nx\r\n1;" + std::string(10, 'a') + "\r\n", limits)
             .error == WireError::chunk_extensions_too_large));
    BOOST_TEST((decode("0\r\na:" + std::string(14, 'b') + "\r\n\r\n", limits).progress ==
                ChunkedProgress::finished));
    BOOST_TEST((decode("0\r\na:" + std::string(15, 'b') + "\r\n\r\n", limits).error ==
                WireError::trailer_too_large));
    BOOST_TEST((decode(std::string(20'000, '0')).error == WireError::chunk_overhead_too_large));
    // Chunks of one byte have five bytes of overhead: dear, but bounded by the payload.
    std::string tiny;
    for (int chunk = 0; chunk < 5'000; ++chunk) {
        tiny += "1\r\nx\r\n";
    }
    ChunkedLimits few;
    few.overhead_bytes_max = 1024;
    few.overhead_factor = 4;
    BOOST_TEST((decode(tiny + "0\r\n\r\n").progress == ChunkedProgress::finished));
    BOOST_TEST((decode(tiny, few).error == WireError::chunk_overhead_too_large));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::wire
