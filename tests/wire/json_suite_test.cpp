// JSONTestSuite: everything that must be accepted is, but for four files that belay refuses on
// purpose; everything that must be refused is; what a parser may decide is decided here.
#include <array>
#include <filesystem>
#include <map>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include "core/json/json.hpp"
#include "tests/support/guard_page.hpp"
#include "tests/wire/vectors.hpp"

namespace belay::test {
namespace {

struct Refused {
    std::string_view file;
    JsonFault fault;
};

/// All of the valid files that belay refuses. The list is closed: another refusal fails the test,
/// and so does accepting one of these.
constexpr std::array<Refused, 4> refused_on_purpose{{
    // Two readers of one text would see two values (reliability 6.2).
    {"y_object_duplicated_key.json", JsonFault::duplicate_name},
    {"y_object_duplicated_key_and_value.json", JsonFault::duplicate_name},
    // A reader in C would see a shorter name, and so perhaps a duplicate one.
    {"y_object_escaped_null_in_key.json", JsonFault::nul_in_name},
    // 81 characters; a number has at most 64.
    {"y_number_double_close_to_zero.json", JsonFault::number_too_long},
}};

/// Every file that a parser may take or leave: belay leaves all of them, each for this reason.
constexpr std::array<Refused, 35> free_to_decide{{
    {"i_number_double_huge_neg_exp.json", JsonFault::number_out_of_range},  // would be zero
    {"i_number_huge_exp.json", JsonFault::number_too_long},
    {"i_number_neg_int_huge_exp.json", JsonFault::number_out_of_range},
    {"i_number_pos_double_huge_exp.json", JsonFault::number_out_of_range},
    {"i_number_real_neg_overflow.json", JsonFault::number_out_of_range},
    {"i_number_real_pos_overflow.json", JsonFault::number_out_of_range},
    {"i_number_real_underflow.json", JsonFault::number_out_of_range},
    {"i_number_too_big_neg_int.json", JsonFault::number_out_of_range},
    {"i_number_too_big_pos_int.json", JsonFault::number_out_of_range},
    {"i_number_very_big_negative_int.json", JsonFault::number_out_of_range},
    {"i_object_key_lone_2nd_surrogate.json", JsonFault::lone_surrogate},
    {"i_string_1st_surrogate_but_2nd_missing.json", JsonFault::lone_surrogate},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", JsonFault::lone_surrogate},
    {"i_string_UTF-16LE_with_BOM.json", JsonFault::unexpected_byte},
    {"i_string_UTF-8_invalid_sequence.json", JsonFault::invalid_utf8},
    {"i_string_UTF8_surrogate_U+D800.json", JsonFault::invalid_utf8},
    {"i_string_incomplete_surrogate_and_escape_valid.json", JsonFault::lone_surrogate},
    {"i_string_incomplete_surrogate_pair.json", JsonFault::lone_surrogate},
    {"i_string_incomplete_surrogates_escape_valid.json", JsonFault::lone_surrogate},
    {"i_string_invalid_lonely_surrogate.json", JsonFault::lone_surrogate},
    {"i_string_invalid_surrogate.json", JsonFault::lone_surrogate},
    {"i_string_invalid_utf-8.json", JsonFault::invalid_utf8},
    {"i_string_inverted_surrogates_U+1D11E.json", JsonFault::lone_surrogate},
    {"i_string_iso_latin_1.json", JsonFault::invalid_utf8},
    {"i_string_lone_second_surrogate.json", JsonFault::lone_surrogate},
    {"i_string_lone_utf8_continuation_byte.json", JsonFault::invalid_utf8},
    {"i_string_not_in_unicode_range.json", JsonFault::invalid_utf8},
    {"i_string_overlong_sequence_2_bytes.json", JsonFault::invalid_utf8},
    {"i_string_overlong_sequence_6_bytes.json", JsonFault::invalid_utf8},
    {"i_string_overlong_sequence_6_bytes_null.json", JsonFault::invalid_utf8},
    {"i_string_truncated-utf-8.json", JsonFault::invalid_utf8},
    {"i_string_utf16BE_no_BOM.json", JsonFault::unexpected_byte},
    {"i_string_utf16LE_no_BOM.json", JsonFault::unexpected_byte},
    {"i_structure_500_nested_arrays.json", JsonFault::too_deep},
    {"i_structure_UTF-8_BOM_empty_object.json", JsonFault::unexpected_byte},
}};

using Refusals = std::map<std::string, JsonFault, std::less<>>;

template <std::size_t size>
Refusals listed(const std::array<Refused, size>& table) {
    Refusals refusals;
    for (const Refused& row : table) {
        refusals.emplace(row.file, row.fault);
    }
    return refusals;
}

void check_equal(const Refusals& found, const Refusals& expected) {
    for (const auto& [file, fault] : found) {
        const auto known = expected.find(file);
        BOOST_TEST((known != expected.end() && known->second == fault),
                   file << ": " << sentence_of(fault));
    }
    BOOST_TEST(found.size() == expected.size());
}

BOOST_AUTO_TEST_SUITE(json_suite)

BOOST_AUTO_TEST_CASE(what_must_be_accepted_is_and_what_must_be_refused_is) {
    const auto folder = vectors_folder("json/test_parsing");
    if (!folder) {
        return;
    }
    GuardPage page(std::size_t{1} << 20);
    std::map<char, int> seen;  // by the file's first letter
    std::map<char, int> accepted;
    Refusals refused_valid;
    Refusals refused_free;
    for (const auto& entry : std::filesystem::directory_iterator(*folder)) {
        const std::string name = entry.path().filename().string();
        const std::string bytes = read_vectors("json/test_parsing/" + name).value();
        const std::span<char> placed = page.place(bytes);
        const auto parsed = parse_json({placed.data(), placed.size()});
        ++seen[name.front()];
        if (parsed.has_value()) {
            ++accepted[name.front()];
            BOOST_TEST((*parsed == boost::json::parse(bytes)), name);
            continue;
        }
        BOOST_TEST(parsed.error().offset <= bytes.size(), name);
        if (name.front() == 'y') {
            refused_valid.emplace(name, parsed.error().fault);
        } else if (name.front() == 'i') {
            refused_free.emplace(name, parsed.error().fault);
        }
    }
    BOOST_TEST(seen['y'] == 95);
    BOOST_TEST(seen['n'] == 188);
    BOOST_TEST(seen['i'] == 35);
    BOOST_TEST(accepted['y'] == 91);
    BOOST_TEST(accepted['n'] == 0);
    BOOST_TEST(accepted['i'] == 0);
    check_equal(refused_valid, listed(refused_on_purpose));
    check_equal(refused_free, listed(free_to_decide));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
