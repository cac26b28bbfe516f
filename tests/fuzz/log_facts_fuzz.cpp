// Any bytes as the body of a frame:
//  - what is read, written again, is the same bytes: there is one encoding of each body;
//  - of a body that is refused, what was read before the bad fact is what stood there;
//  - no more facts are read than there are bytes for, and no view leaves the body;
//  - a body that is cut short anywhere but between two facts is refused.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "core/base/check.hpp"
#include "store/log/facts.hpp"

namespace {

using namespace belay;
using namespace belay::store;

constexpr std::size_t time_bytes = 8;
constexpr std::size_t cut_bytes_max = 512;  // cut at every place up to this size

bool lies_in(std::string_view part, ByteSpan whole) {
    const std::string_view text = as_text(whole);
    const std::less_equal<const char*> at_most;
    return part.empty() || (at_most(text.data(), part.data()) &&
                            at_most(part.data() + part.size(), text.data() + text.size()));
}

/// Where facts end; empty if the body is refused at once.
std::vector<std::size_t> check_body(ByteSpan body) {
    FactReader reader(body);
    std::vector<std::size_t> ends;
    if (!reader.ok()) {
        check(body.size() < time_bytes && !is_valid_body(body), "only a time cut short is no body");
        return ends;
    }
    ends.push_back(time_bytes);
    Fact fact;
    std::vector<std::byte> again;
    while (reader.next(fact)) {
        check(lies_in(fact.key, body) && lies_in(fact.value, body), "views lie in the body");
        again.resize(encoded_fact_bytes(fact));
        std::byte* end = encode_fact(fact, again.data());
        check(end == again.data() + again.size(), "a fact has the size that is told");
        const std::size_t begin = ends.back();
        check(again.size() <= body.size() - begin, "no fact is longer than what is left");
        check(std::memcmp(again.data(), body.data() + begin, again.size()) == 0,
              "what is read is written as the same bytes");
        ends.push_back(begin + again.size());
    }
    check(!reader.next(fact), "the end is the end");
    check(reader.ok() == is_valid_body(body), "both readers agree");
    check(!reader.ok() || ends.back() == body.size(), "a body is read to its end");
    return ends;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteSpan body = std::as_bytes(std::span(data, size));
    const std::vector<std::size_t> ends = check_body(body);
    if (ends.empty() || ends.back() != size || size > cut_bytes_max) {
        return 0;
    }
    for (std::size_t cut = 0; cut < size; ++cut) {
        bool between = false;
        for (const std::size_t end : ends) {
            between = between || end == cut;
        }
        check(is_valid_body(body.first(cut)) == between, "a body ends between two facts");
    }
    return 0;
}
