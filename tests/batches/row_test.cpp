// Rows of a batch file: each fault of batches.md 4.2 has its own answer.
#include "core/batches/row.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::batches {
namespace {

const PathTemplate one_place = *PathTemplate::parse("/v1/transfers/:id/cancel");
const PathTemplate no_place = *PathTemplate::parse("/v1/transfers/initiate");

std::optional<RowFault> fault_of(std::string_view line, const PathTemplate& path = one_place) {
    const auto row = read_row(line, path);
    return row ? std::nullopt : std::optional(row.error().fault);
}

BOOST_AUTO_TEST_SUITE(batch_rows)

BOOST_AUTO_TEST_CASE(a_row_is_read) {
    const auto row =
        read_row(R"({"id":"req_001","path_params":{"id":"abc"},"params":{"reason":"é"},)"
                 R"("context":"acct_1","stripe_version":"2026-03-25.preview"})",
                 one_place);
    BOOST_REQUIRE(row.has_value());
    BOOST_TEST(row->id == "req_001");
    BOOST_TEST(row->path_param("id") == "abc");
    BOOST_TEST(row->params.is_object());
    BOOST_TEST(row->context == "acct_1");
    const auto bare = read_row(R"({"id":"a","path_params":null,"params":null})", no_place);
    BOOST_REQUIRE(bare.has_value());
    BOOST_TEST(bare->params.is_null());
}

BOOST_AUTO_TEST_CASE(each_fault_is_told) {
    using enum RowFault;
    const std::string good = R"("path_params":{"id":"x"})";
    const auto with = [&](std::string_view id) {
        return R"({"id":)" + std::string(id) + "," + good + "}";
    };
    BOOST_TEST((fault_of("{") == not_json));
    BOOST_TEST((fault_of("\xFF") == not_utf8));
    BOOST_TEST((fault_of("[]") == not_an_object));
    BOOST_TEST((fault_of(R"({"id":"a","id":"b"})") == not_json));
    BOOST_TEST((fault_of("{" + good + "}") == id_missing));
    for (const std::string_view id :
         {"1", "\"\"", "\"a b\"", "\"\\u00e9\"", "[]",
          "\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345\""}) {
        BOOST_TEST((fault_of(with(id)) == id_malformed));
    }
    BOOST_TEST(
        !fault_of(with("\"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff1234\"")));
    BOOST_TEST((fault_of(R"({"id":"a"})") == path_params_missing));
    BOOST_TEST((fault_of(R"({"id":"a","path_params":{}})") == path_params_mismatched));
    BOOST_TEST((fault_of(R"({"id":"a","path_params":[]})") == path_params_mismatched));
    BOOST_TEST((fault_of(R"({"id":"a","path_params":{"id":1}})") == path_params_mismatched));
    BOOST_TEST((fault_of(R"({"id":"a","path_params":{"id":".."}})") == path_params_mismatched));
    BOOST_TEST(
        (fault_of(R"({"id":"a","path_params":{"id":"x","b":"y"}})") == path_params_mismatched));
    BOOST_TEST(
        (fault_of(R"({"id":"a","path_params":{"id":"x"}})", no_place) == path_params_unexpected));
    BOOST_TEST((fault_of(R"({"id":"a","params":[],)" + good + "}") == params_malformed));
    BOOST_TEST((fault_of(R"({"id":"a","context":1,)" + good + "}") == context_malformed));
    BOOST_TEST((fault_of(R"({"id":"a","stripe_version":1,)" + good + "}") == version_malformed));
    BOOST_TEST((fault_of(R"({"id":"a","other":1,)" + good + "}") == unknown_member));
    BOOST_TEST(
        (fault_of(R"({"id":"a","x":")" + std::string(line_bytes_max, 'x') + "\"}") == too_long));
    BOOST_TEST((fault_of(R"({"id":"a","params":)" + std::string(200, '[')) == not_json));
}

BOOST_AUTO_TEST_CASE(a_fault_names_its_row_if_the_row_has_a_name) {
    const auto row = read_row(R"({"id":"a"})", one_place);
    BOOST_REQUIRE(!row.has_value());
    BOOST_TEST(row.error().id == "a");
    BOOST_TEST(code_of(row.error().fault) == "missing_path_params");
}

BOOST_AUTO_TEST_CASE(an_output_line_is_json) {
    std::string text;
    append_output_line("r1", error_response("duplicate_id", "say \"no\""), 400, text);
    BOOST_TEST(text == R"({"id":"r1","response":{"error":{"message":"say \"no\"",)"
                       R"("type":"invalid_request_error","code":"duplicate_id"}},"status":400})"
                       "\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
