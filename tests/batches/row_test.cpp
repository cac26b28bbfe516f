// Rows of a batch file: each fault of batches.md 4.2 has its own answer.
#include "core/batches/row.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/limits.hpp"

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

BOOST_AUTO_TEST_CASE(what_two_readers_could_take_differently_is_refused) {
    using enum RowFault;
    const auto row = [](std::string_view more) {
        return R"({"id":"a","path_params":{"id":"x"})" + std::string(more) + "}";
    };
    BOOST_TEST(!fault_of(row("")));
    BOOST_TEST(!fault_of(row(R"(,"params":{},"context":null,"stripe_version":"")")));
    // A member twice, also deep inside, and by an escape.
    BOOST_TEST((fault_of(row(R"(,"id":"b")")) == not_json));
    BOOST_TEST((fault_of(row(R"(,"params":{"a":{"b":1,"\u0062":2}})")) == not_json));
    // Numbers that a reader rounds.
    BOOST_TEST((fault_of(row(R"(,"params":{"a":1e999})")) == not_json));
    BOOST_TEST((fault_of(row(R"(,"params":{"a":18446744073709551616})")) == not_json));
    // What is no JSON for all that some readers take it.
    for (const std::string_view text :
         {"NaN", "'a'", "01", "[1,]", "\"\\ud800\"", "\"\\x41\"", "// a", "\"\t\""}) {
        BOOST_TEST((fault_of(row(R"(,"params":{"a":)" + std::string(text) + "}")) == not_json),
                   text);
    }
    BOOST_TEST((fault_of(row("") + row("")) == not_json));
    BOOST_TEST((fault_of("\xEF\xBB\xBF" + row("")) == not_json));
    BOOST_TEST((fault_of(std::string_view("\0", 1)) == not_json));
    BOOST_TEST((fault_of("null") == not_an_object));
    // UTF-16, a surrogate in UTF-8, an overlong form, a form cut off.
    for (const std::string_view text : {"\xFF\xFE{", "\xED\xA0\x80", "\xC0\xAF", "\xE2\x82"}) {
        BOOST_TEST((fault_of(text) == not_utf8));
    }
}

BOOST_AUTO_TEST_CASE(a_bomb_is_refused_before_it_is_built) {
    using enum RowFault;
    const auto with = [](const std::string& value) {
        return R"({"id":"a","path_params":{"id":"x"},"params":{"a":)" + value + "}}";
    };
    const auto nested = [](std::size_t depth, char open, char close) {
        return std::string(depth, open) + std::string(depth, close);
    };
    BOOST_TEST(!fault_of(with(nested(limits::json_depth_max - 2, '[', ']'))));
    BOOST_TEST((fault_of(with(nested(limits::json_depth_max - 1, '[', ']'))) == not_json));
    BOOST_TEST((fault_of(with(nested(400'000, '[', ']'))) == not_json));
    BOOST_TEST((fault_of(std::string(line_bytes_max, '[')) == not_json));
    std::string objects;
    while (objects.size() < line_bytes_max - 100) {
        objects += R"({"a":)";
    }
    BOOST_TEST((fault_of(with(objects)) == not_json));
    // Wide instead of deep: two bytes of text to a value of 24.
    std::string wide = "[0";
    while (wide.size() < line_bytes_max - 100) {
        wide += ",0";
    }
    BOOST_TEST((fault_of(with(wide + "]")) == not_json));
}

BOOST_AUTO_TEST_CASE(what_becomes_part_of_a_request_is_bounded) {
    using enum RowFault;
    const auto place = [](const std::string& value) {
        return R"({"id":"a","path_params":{"id":")" + value + R"("}})";
    };
    BOOST_TEST(!fault_of(place(std::string(512, 'x'))));
    BOOST_TEST((fault_of(place(std::string(513, 'x'))) == path_params_mismatched));
    BOOST_TEST((fault_of(place("")) == path_params_mismatched));
    BOOST_TEST((fault_of(place(".")) == path_params_mismatched));
    BOOST_TEST(!fault_of(place("../a?b#c")));  // percent-encoded where it is sent
    const auto field = [](std::string_view name, const std::string& value) {
        return R"({"id":"a","path_params":{"id":"x"},")" + std::string(name) + R"(":")" + value +
               R"("})";
    };
    for (const auto& [name, fault] : {std::pair("context", context_malformed),
                                      std::pair("stripe_version", version_malformed)}) {
        BOOST_TEST(!fault_of(field(name, std::string(256, 'x'))));
        BOOST_TEST((fault_of(field(name, std::string(257, 'x'))) == fault));
        for (const std::string_view value : {"a b", "a\\r\\nX: y", "\\u0000", "\xC3\xA9"}) {
            BOOST_TEST((fault_of(field(name, std::string(value))) == fault), value);
        }
    }
}

BOOST_AUTO_TEST_CASE(places_are_matched_by_their_names_and_given_in_their_order) {
    const PathTemplate two = *PathTemplate::parse("/v1/a/:first/b/:second");
    const auto row = read_row(R"({"path_params":{"second":"2","first":"1"},"id":"a"})", two);
    BOOST_REQUIRE(row.has_value());
    BOOST_TEST(row->path_params.at(0).first == "first");
    BOOST_TEST(row->path_params.at(1).second == "2");
    for (const std::string_view given :
         {R"({"first":"1"})", R"({"first":"1","second":null})", R"({"first":"1","Second":"2"})",
          R"({"first":"1","second":"2","third":null})", R"({"first":"1","second":["2"]})"}) {
        const auto bad = read_row(R"({"id":"a","path_params":)" + std::string(given) + "}", two);
        BOOST_REQUIRE(bad.has_error());
        BOOST_TEST((bad.error().fault == RowFault::path_params_mismatched));
    }
    BOOST_TEST(!fault_of(R"({"id":"a","path_params":{}})", no_place));
    BOOST_TEST((fault_of(R"({"id":"a","path_params":null})") == RowFault::path_params_missing));
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
    text.clear();
    append_refused_line(repeated(17, "a", 3), text);
    BOOST_TEST(
        text ==
        R"({"id":"a","response":{"error":{"message":"line 17: the row has the id of the one )"
        R"(in line 3","type":"invalid_request_error","code":"duplicate_id"}},"status":400})"
        "\n");
    text.clear();
    append_refused_line({2, read_row("\xFF", one_place).error()}, text);
    BOOST_TEST(text ==
               R"({"id":null,"response":{"error":{"message":"line 2: the line is not UTF-8",)"
               R"("type":"invalid_request_error","code":"invalid_encoding"}},"status":400})"
               "\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batches
