#include "core/ledger/transaction.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

namespace belay::ledger {
namespace {

const job::Uuid sender{{1}};
const job::Uuid settlement{{2}};
const job::Uuid fees{{3}};

/// 1,000.00 and a fee of 2.00, from one account to two.
Transaction sample() {
    Transaction made;
    made.organization = job::Uuid{{9}};
    made.ledger = job::Uuid{{8}};
    made.phase = Phase::pending;
    made.maker = Maker::client;
    made.was_pending = true;
    made.parent = job::Uuid{{7}};
    made.reverted_by = job::Uuid{{6}};
    made.value = {100'200};
    made.asset = "BRL";
    made.description = "TED";
    made.metadata = R"({"transfer":"1"})";
    made.created = WallTime(Milliseconds(1'795'000'000'000));
    made.updated = made.created + Milliseconds(5);
    BOOST_REQUIRE(made.add({Side::source, sender, 0, {100'200}, "@anna"}));
    BOOST_REQUIRE(made.add({Side::destination, settlement, 3, {100'000}, "@external/BRL"}));
    BOOST_REQUIRE(made.add({Side::destination, fees, 0, {200}, "@fees"}));
    return made;
}

BOOST_AUTO_TEST_SUITE(ledger_transaction)

// transfers.md 3.3, written a second time by hand.
BOOST_AUTO_TEST_CASE(only_a_pending_one_is_committed_or_canceled) {
    for (std::size_t phase = 0; phase < Rules::phases; ++phase) {
        for (std::size_t ask = 0; ask < Rules::asks; ++ask) {
            const auto from = static_cast<Phase>(phase);
            const auto asked = static_cast<Ask>(ask);
            const bool is_first =
                from == Phase::absent && (asked == Ask::post || asked == Ask::hold);
            const bool is_second =
                from == Phase::pending && (asked == Ask::commit || asked == Ask::cancel);
            BOOST_TEST(job::moves(rules.at(from, asked).verdict) == (is_first || is_second));
        }
    }
    BOOST_TEST((rules.at(Phase::absent, Ask::post).next == Phase::approved));
    BOOST_TEST((rules.at(Phase::absent, Ask::hold).next == Phase::pending));
    BOOST_TEST((rules.at(Phase::pending, Ask::commit).next == Phase::approved));
    BOOST_TEST((rules.at(Phase::pending, Ask::cancel).next == Phase::canceled));
}

BOOST_AUTO_TEST_CASE(each_ask_moves_its_legs) {
    const Transaction transaction = sample();
    const auto moves = [&](Ask ask) {
        std::vector<Move> found;
        const Postings postings = postings_of(transaction, ask);
        for (std::size_t at = 0; at < postings.count; ++at) {
            const Leg& leg = transaction.legs()[postings.leg[at]];
            BOOST_TEST((postings.all()[at].account == leg.account));
            BOOST_TEST((postings.all()[at].amount == leg.amount));
            found.push_back(postings.all()[at].move);
        }
        BOOST_TEST(is_balanced(postings.all()));
        return found;
    };
    BOOST_TEST((moves(Ask::post) == std::vector{Move::debit, Move::credit, Move::credit}));
    BOOST_TEST((moves(Ask::hold) == std::vector{Move::hold}));
    BOOST_TEST((moves(Ask::commit) == std::vector{Move::settle, Move::credit, Move::credit}));
    BOOST_TEST((moves(Ask::cancel) == std::vector{Move::release}));
}

BOOST_AUTO_TEST_CASE(what_does_not_add_up_is_not_sound) {
    BOOST_TEST(is_sound(sample()));
    Transaction less = sample();
    less.leg_storage[2].amount = {199};
    BOOST_TEST(!is_sound(less));
    Transaction other_value = sample();
    other_value.value = {100'201};
    BOOST_TEST(!is_sound(other_value));
    Transaction both_sides = sample();
    both_sides.leg_storage[1].account = sender;
    BOOST_TEST(!is_sound(both_sides));
    Transaction negative = sample();
    negative.leg_storage[1].amount = {100'300};
    negative.leg_storage[2].amount = {-100};
    BOOST_TEST(!is_sound(negative));
    BOOST_TEST(!is_sound(Transaction()));
}

BOOST_AUTO_TEST_CASE(legs_are_bounded) {
    Transaction full;
    for (std::size_t at = 0; at < legs_max; ++at) {
        BOOST_TEST(full.add({}));
    }
    BOOST_TEST(!full.add({}));
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    const Transaction transaction = sample();
    std::string bytes;
    encode(transaction, bytes);
    const Transaction read = decode_transaction(as_byte_span(bytes)).value();
    BOOST_TEST((read.phase == transaction.phase));
    BOOST_TEST((read.maker == transaction.maker));
    BOOST_TEST(read.was_pending);
    BOOST_TEST((read.parent == transaction.parent));
    BOOST_TEST((read.reverted_by == transaction.reverted_by));
    BOOST_TEST((read.value == transaction.value));
    BOOST_TEST(read.asset == "BRL");
    BOOST_TEST(read.description == "TED");
    BOOST_TEST(read.metadata == transaction.metadata);
    BOOST_TEST((read.created == transaction.created));
    BOOST_TEST((read.updated == transaction.updated));
    BOOST_TEST(std::equal(read.legs().begin(), read.legs().end(), transaction.legs().begin(),
                          transaction.legs().end()));
    std::string again;
    encode(read, again);
    BOOST_TEST(again == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_transaction(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    bytes[0] = 2;
    BOOST_TEST((decode_transaction(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::ledger
