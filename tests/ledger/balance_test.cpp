#include "core/ledger/balance.hpp"

#include <array>
#include <limits>

#include <boost/test/unit_test.hpp>

namespace belay::ledger {
namespace {

constexpr Balance rich{{1000}, {200}, 7, {}};
constexpr std::array moves{Move::hold, Move::release, Move::settle, Move::debit, Move::credit};

BOOST_AUTO_TEST_SUITE(balance)

// transfers.md 3.3, with the amounts of its example.
BOOST_AUTO_TEST_CASE(a_hold_and_its_two_ends) {
    const Moved held = apply({{1000}, {}, 1, {}}, Move::hold, {200}, Floor::zero);
    BOOST_TEST((held.balance == Balance{{800}, {200}, 2, {}}));
    BOOST_TEST((apply(held.balance, Move::release, {200}, Floor::zero).balance ==
                Balance{{1000}, {}, 3, {}}));
    BOOST_TEST((apply(held.balance, Move::settle, {200}, Floor::zero).balance ==
                Balance{{800}, {}, 3, {}}));
}

BOOST_AUTO_TEST_CASE(money_at_once) {
    BOOST_TEST(
        (apply(rich, Move::debit, {1000}, Floor::zero).balance == Balance{{0}, {200}, 8, {}}));
    BOOST_TEST(
        (apply(rich, Move::credit, {1}, Floor::zero).balance == Balance{{1001}, {200}, 8, {}}));
}

BOOST_AUTO_TEST_CASE(nobody_falls_below_the_floor) {
    for (const Move move : {Move::hold, Move::debit}) {
        const Moved moved = apply(rich, move, {1001}, Floor::zero);
        BOOST_TEST((moved.fault == MoveFault::insufficient_funds));
        BOOST_TEST((moved.balance == rich));
        BOOST_TEST((apply(rich, move, {1000}, Floor::zero).fault == MoveFault::none));
    }
    BOOST_TEST(
        (apply(rich, Move::debit, {1001}, Floor::none).balance == Balance{{-1}, {200}, 8, {}}));
}

BOOST_AUTO_TEST_CASE(only_what_is_held_is_released_or_settled) {
    for (const Move move : {Move::release, Move::settle}) {
        for (const Floor floor : {Floor::zero, Floor::none}) {
            const Moved moved = apply(rich, move, {201}, floor);
            BOOST_TEST((moved.fault == MoveFault::not_held));
            BOOST_TEST((moved.balance == rich));
        }
    }
}

BOOST_AUTO_TEST_CASE(nothing_wraps) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    BOOST_TEST(
        (apply({{most}, {}, 1, {}}, Move::credit, {1}, Floor::zero).fault == MoveFault::too_large));
    BOOST_TEST(
        (apply({{-most}, {}, 1, {}}, Move::debit, {2}, Floor::none).fault == MoveFault::too_large));
    BOOST_TEST(
        (apply({{10}, {most}, 1, {}}, Move::hold, {1}, Floor::zero).fault == MoveFault::too_large));
}

BOOST_AUTO_TEST_CASE(the_stripes_of_an_account_can_be_added_up) {
    const Money most{unfloored_max};
    const Moved out = apply({}, Move::debit, most, Floor::none);
    BOOST_TEST((out.fault == MoveFault::none));
    BOOST_TEST((apply(out.balance, Move::debit, {1}, Floor::none).fault == MoveFault::too_large));
    BOOST_TEST((apply({}, Move::credit, most, Floor::none).fault == MoveFault::none));
    BOOST_TEST(
        (apply({}, Move::credit, {most.minor + 1}, Floor::none).fault == MoveFault::too_large));
    BOOST_TEST((apply({}, Move::credit, {most.minor + 1}, Floor::zero).fault == MoveFault::none));
}

BOOST_AUTO_TEST_CASE(a_move_changes_the_account_by_its_effect) {
    for (const Move move : moves) {
        const Balance after = apply(rich, move, {150}, Floor::zero).balance;
        const auto sum = [](const Balance& each) {
            return each.available.minor + each.on_hold.minor;
        };
        BOOST_TEST(sum(after) - sum(rich) == effect_of(move, {150}).minor);
        BOOST_TEST(after.version == rich.version + 1);
    }
}

BOOST_AUTO_TEST_CASE(postings_balance_or_not) {
    const job::Uuid one{{1}};
    const job::Uuid other{{2}};
    const std::array held{Posting{one, Move::hold, {5}}};
    const std::array settled{Posting{one, Move::settle, {5}}, Posting{other, Move::credit, {4}},
                             Posting{other, Move::credit, {1}}};
    const std::array lost{Posting{one, Move::settle, {5}}, Posting{other, Move::credit, {4}}};
    BOOST_TEST(is_balanced(held));
    BOOST_TEST(is_balanced(settled));
    BOOST_TEST(!is_balanced(lost));
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    Balance moved = rich;
    moved.updated = WallTime(Milliseconds(1'795'000'000'000));
    std::string bytes;
    encode(moved, bytes);
    BOOST_TEST((decode_balance(as_byte_span(bytes)).value() == moved));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_balance(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    bytes[0] = 2;
    BOOST_TEST((decode_balance(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::ledger
