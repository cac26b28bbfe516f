#include "store/table/text_packer.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/store/table/support.hpp"

namespace belay::store {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::array words{"exports:\x10\0"sv, "/v1/jobs/"sv, "/v1/jobs/cancel"sv,
                           R"({"id":")"sv,     R"("})"sv,     R"("})"sv};
constexpr auto one = "01a2050e-de89-7235-a1a5-f6f83e5d49c6"sv;
constexpr auto other = "01a2050e-de89-7235-a1a5-f6f83e5d49c7"sv;

using shape::counted;
using shape::field;
using shape::fixed;
using shape::octets;
using shape::rest;
using shape::same_uuid;
using shape::uuid;

constexpr std::array name_shape{fixed("name:\x10\0"sv), octets(16), counted(),
                                fixed("\x04\0POST"sv),  uuid(),     rest()};
constexpr std::array answer_shape{
    fixed(R"({"id":")"),    uuid(),     fixed(R"(","kind":")"), field('"'),
    fixed(R"(","count":)"), field(','), fixed(R"(,"self":"/)"), same_uuid(),
    fixed(R"("})")};

Vocabulary with_shapes() {
    Vocabulary vocabulary{{words.begin(), words.end()}, {name_shape, answer_shape}};
    vocabulary.words.push_back("usual");
    return vocabulary;
}

std::string packed(const TextPacker& packer, std::string_view text) {
    std::string room(TextPacker::packed_bytes_max(text.size()), '?');
    room.resize(packer.pack(text, std::as_writable_bytes(std::span(room))));
    return room;
}

/// How many bytes it takes. Whatever the text is, it comes back as it was.
std::size_t packed_size(const TextPacker& packer, std::string_view text) {
    const std::string bytes = packed(packer, text);
    std::string back = "before ";
    packer.unpack(as_byte_span(bytes), back);
    BOOST_TEST(back == "before " + std::string(text));
    BOOST_TEST(packer.is(as_byte_span(bytes), text));
    BOOST_TEST(!packer.is(as_byte_span(bytes), std::string(text) + "x"));
    if (!text.empty()) {
        std::string changed(text);
        changed.back() = static_cast<char>(changed.back() ^ 1);
        BOOST_TEST(!packer.is(as_byte_span(bytes), changed));
        BOOST_TEST(!packer.is(as_byte_span(bytes), text.substr(0, text.size() - 1)));
    }
    return bytes.size();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_packer)

BOOST_AUTO_TEST_CASE(a_word_takes_a_byte_and_the_longest_is_taken) {
    const TextPacker packer({{words.begin(), words.end()}, {}});
    BOOST_TEST(packed_size(packer, "") == 0U);
    BOOST_TEST(packed_size(packer, "/v1/jobs/") == 1U);
    BOOST_TEST(packed_size(packer, "/v1/jobs/cancel") == 1U);
    BOOST_TEST(packed_size(packer, "/v1/jobs/cance") == 7U);
    BOOST_TEST(packed_size(packer, "exports:\x10\0"sv) == 1U);
    BOOST_TEST(packed_size(packer, "/v1/job") == 8U);
}

BOOST_AUTO_TEST_CASE(a_uuid_takes_its_octets_and_two_bytes_when_it_comes_again) {
    const TextPacker packer({{words.begin(), words.end()}, {}});
    BOOST_TEST(packed_size(packer, one) == 17U);
    BOOST_TEST(packed_size(packer, std::string(one) + std::string(other)) == 34U);
    BOOST_TEST(packed_size(packer, R"({"id":")" + std::string(one) + "/v1/jobs/" +
                                       std::string(one) + R"("})") == 22U);
    // More of them than are remembered.
    std::string many;
    for (char digit : "0123456789ab"sv) {
        many += one;
        many.back() = digit;
    }
    BOOST_TEST(packed_size(packer, many + many) < 12U * 36U * 2U);
}

BOOST_AUTO_TEST_CASE(what_is_nearly_a_uuid_stays_as_it_is) {
    const TextPacker packer({{words.begin(), words.end()}, {}});
    std::string upper(one);
    upper[2] = 'A';
    BOOST_TEST(packed_size(packer, upper) == 37U);
    for (std::size_t at = 0; at < one.size(); ++at) {
        for (const char wrong : {'g', '-', '\0', '\xff', '/', ':'}) {
            std::string changed(one);
            changed[at] = wrong;
            packed_size(packer, changed);
        }
        packed_size(packer, one.substr(0, at));
    }
}

BOOST_AUTO_TEST_CASE(a_text_that_differs_in_one_byte_is_another) {
    const TextPacker packer({{words.begin(), words.end()}, {}});
    const std::string text = "exports:\x10\0some 17 octets...."s + std::string(one) +
                             "/v1/jobs/cancel" + std::string(one) + std::string(other) + "/v1/";
    const std::string bytes = packed(packer, text);
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        for (int change = 1; change < 256; ++change) {
            changed[at] = static_cast<char>(text[at] ^ change);
            BOOST_TEST_REQUIRE(!packer.is(as_byte_span(bytes), changed));
        }
    }
    BOOST_TEST(packer.is(as_byte_span(bytes), text));
}

BOOST_AUTO_TEST_CASE(a_packer_without_words_packs_too) {
    const TextPacker packer;
    BOOST_TEST(packed_size(packer, R"({"id":1})") == 9U);
    BOOST_TEST(packed_size(packer, one) == 17U);
    BOOST_TEST(packed_size(packer, std::string(128, 'x')) == 129U);
    BOOST_TEST(packed_size(packer, std::string(129, 'x')) == 131U);
}

BOOST_AUTO_TEST_CASE(a_shape_takes_what_is_not_the_same_each_time) {
    const TextPacker packer(with_shapes());
    const std::string tenant(16, '\x80');
    const std::string name = "name:\x10\0"s + tenant + "\x04\0alfa\x04\0POST"s + std::string(one);
    BOOST_TEST(packed_size(packer, name + std::string(other)) == 1U + 16U + 5U + 16U + 17U);
    BOOST_TEST(packed_size(packer, name + "my key") == 1U + 16U + 5U + 16U + 7U);
    BOOST_TEST(packed_size(packer, name) == 1U + 16U + 5U + 16U + 1U);
    const auto answer = [](std::string_view kind, std::string_view count) {
        return R"({"id":")" + std::string(one) + R"(","kind":")" + std::string(kind) +
               R"(","count":)" + std::string(count) + R"(,"self":"/)" + std::string(one) + R"("})";
    };
    BOOST_TEST(packed_size(packer, answer("usual", "12")) == 1U + 16U + 1U + 3U);
    BOOST_TEST(packed_size(packer, answer("unusual", "")) == 1U + 16U + 8U + 1U);
    BOOST_TEST(packed_size(packer, answer(std::string(127, 'k'), "1")) == 1U + 16U + 128U + 2U);
    // One byte more than a field may have: it has no shape, and comes back all the same.
    BOOST_TEST(packed_size(packer, answer(std::string(128, 'k'), "1")) > 1U + 16U + 129U + 2U);
}

BOOST_AUTO_TEST_CASE(what_has_nearly_a_shape_comes_back_too) {
    const TextPacker packer(with_shapes());
    const std::vector<std::string> usual{"name:\x10\0"s + std::string(16, '\xe0') +
                                             "\x04\0alfa\x04\0POST"s + std::string(one) + "key",
                                         R"({"id":")" + std::string(one) +
                                             R"(","kind":"usual","count":12,"self":"/)" +
                                             std::string(one) + R"("})"};
    for (const std::string& text : usual) {
        for (std::size_t at = 0; at < text.size(); ++at) {
            packed_size(packer, text.substr(0, at));
            packed_size(packer, text.substr(at));
            for (const char byte : "\0\xff\xe0\",a0"sv) {
                std::string changed = text;
                changed[at] = byte;
                packed_size(packer, changed);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(texts_of_a_shape_that_differ_in_one_byte_are_two) {
    const TextPacker packer(with_shapes());
    const std::string text = R"({"id":")" + std::string(one) +
                             R"(","kind":"usual","count":12,"self":"/)" + std::string(one) +
                             R"("})";
    const std::string bytes = packed(packer, text);
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string changed = text;
        for (int change = 1; change < 256; ++change) {
            changed[at] = static_cast<char>(text[at] ^ change);
            BOOST_TEST_REQUIRE(!packer.is(as_byte_span(bytes), changed));
        }
    }
}

BOOST_AUTO_TEST_CASE(any_bytes_come_back_and_take_no_more_than_their_bound) {
    test::Random random(test::run_seed());
    const TextPacker packer(with_shapes());
    std::vector<std::string> pieces{std::string(one), std::string(other), "-", "\x80\xfe\xff", ""};
    pieces.insert(pieces.end(), words.begin(), words.end());
    for (const ShapePart& part : name_shape) {
        pieces.emplace_back(part.text);
    }
    for (const ShapePart& part : answer_shape) {
        pieces.emplace_back(part.text);
    }
    pieces.push_back("name:\x10\0"s + std::string(16, 'u') + "\x02\0me\x04\0POST"s);
    pieces.push_back(R"({"id":")" + std::string(one) + R"(","kind":"some","count":)");
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::uint64_t count = random.below(12); count > 0; --count) {
            std::string piece = pieces[random.below(pieces.size())];
            if (random.one_in(3) && !piece.empty()) {
                piece[random.below(piece.size())] = static_cast<char>(random.below(256));
            }
            text += piece.substr(0, random.one_in(4) ? random.below(40) : std::string::npos);
            text.append(random.one_in(9) ? random.below(300) : 0, 'z');
        }
        BOOST_TEST_REQUIRE(packed_size(packer, text) <= TextPacker::packed_bytes_max(text.size()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::store
