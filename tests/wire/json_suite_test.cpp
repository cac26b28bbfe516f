// JSONTestSuite: everything that must be accepted is, but for what belay refuses on purpose;
// everything that must be refused is.
#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include "http/wire/json.hpp"
#include "tests/support/guard_page.hpp"
#include "tests/wire/vectors.hpp"

namespace belay::test {
namespace {

struct Refused {
    std::string_view file;
    wire::JsonFault fault;
};

/// Valid JSON that two readers take differently, or that is over a bound.
constexpr std::array<Refused, 4> refused_on_purpose{{
    {"y_object_duplicated_key.json", wire::JsonFault::duplicate_name},
    {"y_object_duplicated_key_and_value.json", wire::JsonFault::duplicate_name},
    {"y_object_escaped_null_in_key.json", wire::JsonFault::nul_in_name},
    {"y_number_double_close_to_zero.json", wire::JsonFault::number_too_long},
}};

BOOST_AUTO_TEST_SUITE(json_suite)

BOOST_AUTO_TEST_CASE(what_must_be_accepted_is_and_what_must_be_refused_is) {
    const auto folder = vectors_folder("json/test_parsing");
    if (!folder) {
        return;
    }
    GuardPage page(std::size_t{1} << 20);
    int accepted = 0;
    int refused = 0;
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
        const std::string name = entry.path().filename().string();
        const std::string bytes = read_vectors("json/test_parsing/" + name).value();
        const std::span<char> placed = page.place(bytes);
        const auto parsed = wire::parse_json({placed.data(), placed.size()});
        if (name.starts_with("n_")) {
            BOOST_TEST(parsed.has_error(), name);
            ++refused;
        } else if (name.starts_with("y_")) {
            const auto on_purpose = std::ranges::find(refused_on_purpose, name, &Refused::file);
            if (on_purpose == refused_on_purpose.end()) {
                BOOST_TEST(parsed.has_value(), name);
                BOOST_TEST((parsed && *parsed == boost::json::parse(bytes)), name);
            } else {
                BOOST_TEST(parsed.has_error(), name);
                BOOST_TEST((parsed.error().fault == on_purpose->fault), name);
            }
            ++accepted;
        }
        BOOST_TEST((parsed.has_value() || parsed.error().offset <= bytes.size()), name);
    }
    BOOST_TEST(accepted == 95);
    BOOST_TEST(refused == 188);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
