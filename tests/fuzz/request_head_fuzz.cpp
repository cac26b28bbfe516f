// Any bytes as a stream of requests:
//  - the transcript is the same whole, byte by byte, cut at a place that the input chooses, and
//  with
//    a memory of the heads before;
//  - the first head is accepted if and only if the naive reference accepts it, with the same size;
//  - every view of an accepted head lies within the bytes that were given.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "tests/wire/reference_head.hpp"
#include "tests/wire/transcript.hpp"

namespace {

using namespace belay;

constexpr std::size_t bytes_max = 4096;  // std::regex of the reference recurses

void check_within(std::string_view all, std::string_view part) {
    if (!part.empty() && part != "/") {
        check(part.data() >= all.data() && part.data() + part.size() <= all.data() + all.size(),
              "a view lies within the buffer");
    }
}

void check_first_head(std::string_view bytes) {
    wire::RequestHeadParser parser;
    wire::RequestHead head;
    const bool complete = parser.parse(bytes, head) == wire::HeadProgress::complete;
    const auto reference = test::reference_head(bytes);
    check(complete == reference.has_value(), "the parser and the reference agree");
    if (!complete) {
        return;
    }
    check(head.size() == *reference, "the parser and the reference agree on the size");
    check_within(bytes, head.path());
    check_within(bytes, head.query());
    check_within(bytes, head.authority());
    for (std::size_t at = 0; at < head.field_count(); ++at) {
        check_within(bytes, head.field(at).name);
        check_within(bytes, head.field(at).value);
    }
}

/// What was kept of these heads, or of another input's, changes nothing.
void check_with_memory(std::string_view bytes, std::size_t cut, const std::string& text) {
    static wire::HeadMemory memory;
    for (int round = 0; round < 2; ++round) {
        test::Transcript whole(&memory);
        whole.deliver(bytes);
        check(whole.text() == text, "with a memory the same comes out");
    }
    test::Transcript halved(&memory);
    halved.deliver(bytes.substr(0, cut));
    halved.deliver(bytes);
    check(halved.text() == text, "with a memory, in two pieces, the same comes out");
}

void check_every_cut(std::string_view bytes, std::size_t cut) {
    test::Transcript whole;
    whole.deliver(bytes);
    test::Transcript slow;
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
        // A copy at another address each time: nothing may be kept across calls.
        const std::vector<char> moved(bytes.begin(),
                                      bytes.begin() + static_cast<std::ptrdiff_t>(size));
        slow.deliver({moved.data(), moved.size()});
    }
    test::Transcript halved;
    halved.deliver(bytes.substr(0, cut));
    halved.deliver(bytes);
    check(slow.text() == whole.text(), "byte by byte the same comes out");
    check_with_memory(bytes, cut, whole.text());
    check(halved.text() == whole.text(), "in two pieces the same comes out");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > bytes_max) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
    const std::size_t cut = (data[0] + data[1] * std::size_t{256}) % (bytes.size() + 1);
    check_first_head(bytes);
    check_every_cut(bytes, cut);
    return 0;
}
