#include "tests/wire/deliveries.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "tests/support/guard_page.hpp"

namespace belay::test {
namespace {

constexpr std::size_t short_bytes = 1024;
constexpr std::size_t cuts_of_long = 64;

Transcript deliver(GuardPage& page, std::string_view bytes, std::size_t step, std::size_t first) {
    Transcript transcript;
    for (std::size_t size = first; size < bytes.size(); size += step) {
        const std::span<char> placed = page.place(bytes.substr(0, size));
        transcript.deliver({placed.data(), placed.size()});
    }
    const std::span<char> placed = page.place(bytes);
    transcript.deliver({placed.data(), placed.size()});
    return transcript;
}

}  // namespace

Transcript deliver_in_every_way(const std::string& name, std::string_view bytes) {
    GuardPage page(bytes.size() + 1);
    const Transcript whole = deliver(page, bytes, bytes.size() + 1, bytes.size());
    const std::string expected = whole.text();
    const bool is_short = bytes.size() <= short_bytes;
    // Of long streams byte by byte means every 97 bytes: the prefix is copied each time.
    const std::size_t step = is_short ? 1 : 97;
    BOOST_TEST(deliver(page, bytes, step, 1).text() == expected, name << ": in small pieces");
    const std::size_t stride = is_short ? 1 : bytes.size() / cuts_of_long;
    for (std::size_t cut = 1; cut < bytes.size(); cut += stride) {
        const bool same = deliver(page, bytes, bytes.size(), cut).text() == expected;
        BOOST_TEST(same, name << ": cut at " << cut);
    }
    return whole;
}

}  // namespace belay::test
