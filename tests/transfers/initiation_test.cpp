#include "core/transfers/initiation.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::transfers {
namespace {

constexpr WallTime start(Milliseconds(1'795'000'000'000));

Initiation sample() {
    Initiation made;
    made.tenant = job::Uuid{{1}};
    made.ledger = job::Uuid{{2}};
    made.sender_account = job::Uuid{{3}};
    made.counterparty = {"00000000", "0001", "1234567890", "CACC", "João", "12345678901"};
    made.amount = {100'000};
    made.fee = {200};
    made.purpose = "10";
    made.description = "rent";
    made.metadata = R"({"a":1})";
    made.expires = start + std::chrono::hours(24);
    return made;
}

std::string guard_text(const Initiation& initiation) {
    std::string text;
    append_guard_text(initiation, text);
    return text;
}

BOOST_AUTO_TEST_SUITE(initiation)

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    for (const bool is_processed : {false, true}) {
        Initiation made = sample();
        if (is_processed) {
            made.transfer = job::Uuid{{4}};
        }
        std::string bytes;
        encode(made, bytes);
        BOOST_TEST((decode_initiation(as_byte_span(bytes)).value() == made));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            BOOST_TEST(
                (decode_initiation(as_byte_span(bytes).first(size)).error() == Error::corrupt));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_confirmation_makes_the_transfer_that_was_priced) {
    const Initiation made = sample();
    const Transfer transfer = make_transfer(made, job::Uuid{{5}}, start);
    BOOST_TEST((transfer.phase == Phase::created));
    BOOST_TEST((transfer.initiation == job::Uuid{{5}}));
    BOOST_TEST((transfer.counterparty == made.counterparty));
    BOOST_TEST(total_of(transfer).minor == 100'200);
    BOOST_TEST(transfer.history_count == 1U);
}

BOOST_AUTO_TEST_CASE(a_twin_has_the_same_guard_and_nobody_else) {
    const std::string text = guard_text(sample());
    Initiation twin = sample();
    twin.description = "another word";
    twin.metadata = {};
    BOOST_TEST(guard_text(twin) == text);
    const auto differs = [&](auto change) {
        Initiation other = sample();
        change(other);
        BOOST_TEST(guard_text(other) != text);
    };
    differs([](Initiation& other) { other.amount = {100'001}; });
    differs([](Initiation& other) { other.tenant = job::Uuid{{9}}; });
    differs([](Initiation& other) { other.sender_account = job::Uuid{{9}}; });
    differs([](Initiation& other) { other.counterparty.account = "1234567891"; });
    differs([](Initiation& other) {
        other.counterparty.branch = "00011";
        other.counterparty.account = "234567890";
    });
}

BOOST_AUTO_TEST_CASE(guards) {
    const Guard guard{job::Uuid{{1}}, start};
    std::string bytes;
    encode(guard, bytes);
    BOOST_TEST((decode_guard(as_byte_span(bytes)).value() == guard));
    bytes.push_back('x');
    BOOST_TEST((decode_guard(as_byte_span(bytes)).error() == Error::corrupt));
}

BOOST_AUTO_TEST_CASE(confirmation_numbers) {
    const Day day = parse_day("2026-02-01").value();
    BOOST_TEST(confirmation_number(day, 1) == "20260201001");
    BOOST_TEST(confirmation_number(day, 12'345) == "2026020112345");
    BOOST_TEST(confirmation_number(day, 999'999'999'999).size() == number_bytes_max);
    // No two stripes give the same number.
    BOOST_TEST(sequence_number(0, sequence_stripes - 1) < sequence_number(1, 0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::transfers
