// Any bytes as a chunked body:
//  - payload, end and outcome are the same whole, byte by byte, cut where the input chooses, and
//    decoded in place;
//  - a body that is accepted is one for a naive reader too, with the same payload and end.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/check.hpp"
#include "http/wire/chunked.hpp"

namespace {

using namespace belay;

struct Decoded {
    wire::ChunkedProgress progress = wire::ChunkedProgress::need_more;
    wire::WireError error = wire::WireError::none;
    std::string payload;
    std::size_t consumed = 0;

    bool operator==(const Decoded&) const = default;
};

wire::ChunkedLimits small_limits() {
    // Small, so that a fuzzer's inputs reach them.
    wire::ChunkedLimits limits;
    limits.payload_bytes_max = 300;
    limits.extension_bytes_max = 60;
    limits.trailer_bytes_max = 80;
    limits.overhead_bytes_max = 120;
    limits.overhead_factor = 4;
    return limits;
}

void feed(wire::ChunkedDecoder& decoder, std::string_view rest, Decoded& decoded) {
    while (true) {
        const auto step = decoder.step(rest);
        check(step.consumed <= rest.size(), "no more is consumed than was given");
        rest.remove_prefix(step.consumed);
        decoded.consumed += step.consumed;
        decoded.payload += step.payload;
        decoded.progress = step.progress;
        decoded.error = decoder.error();
        if (step.progress != wire::ChunkedProgress::payload) {
            return;
        }
    }
}

Decoded decode(std::string_view bytes, std::size_t first, std::size_t then) {
    wire::ChunkedDecoder decoder(small_limits());
    Decoded decoded;
    feed(decoder, bytes.substr(0, first), decoded);
    for (std::size_t at = first; at < bytes.size(); at += then) {
        feed(decoder, bytes.substr(at, then), decoded);
    }
    return decoded;
}

struct Naive {
    std::string payload;
    std::size_t size;
};

/// Sizes by std::stoull, lines by find; looks at no extension and no trailer.
std::optional<Naive> read_naively(const std::string& bytes) {
    Naive naive{{}, 0};
    while (true) {
        const std::size_t line_end = bytes.find("\r\n", naive.size);
        const std::size_t digits = bytes.find_first_not_of("0123456789abcdefABCDEF", naive.size);
        if (line_end == std::string::npos || digits == naive.size) {
            return std::nullopt;
        }
        const auto chunk = std::stoull(bytes.substr(naive.size, digits - naive.size), nullptr, 16);
        naive.size = line_end + 2;
        if (chunk == 0) {
            break;
        }
        if (chunk > bytes.size() || bytes.compare(naive.size + chunk, 2, "\r\n") != 0) {
            return std::nullopt;
        }
        naive.payload += bytes.substr(naive.size, chunk);
        naive.size += chunk + 2;
    }
    while (true) {
        const std::size_t line_end = bytes.find("\r\n", naive.size);
        if (line_end == std::string::npos) {
            return std::nullopt;
        }
        const bool last = line_end == naive.size;
        naive.size = line_end + 2;
        if (last) {
            return naive;
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 || size > 2048) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const Decoded whole = decode(bytes, bytes.size(), 1);
    check(decode(bytes, 0, 1) == whole, "byte by byte the same comes out");
    check(decode(bytes, data[0] % (bytes.size() + 1), bytes.size() + 1) == whole,
          "in two pieces the same comes out");

    std::string buffer(bytes);
    wire::ChunkedDecoder decoder(small_limits());
    const auto in_place = decoder.decode_in_place(buffer);
    check(in_place.progress == whole.progress && in_place.consumed == whole.consumed &&
              std::string_view(buffer).substr(0, in_place.payload) == whole.payload,
          "in place the same comes out");

    if (whole.progress == wire::ChunkedProgress::finished) {
        const std::optional<Naive> naive = read_naively(std::string(bytes));
        check(naive && naive->payload == whole.payload && naive->size == whole.consumed,
              "a naive reader sees the same body");
    }
    return 0;
}
