#include "core/ledger/account.hpp"

#include <set>

#include <boost/test/unit_test.hpp>

namespace belay::ledger {
namespace {

Account sample() {
    return {job::Uuid{{1}},
            job::Uuid{{2}},
            "@anna",
            "Anna",
            "BRL",
            "deposit",
            WallTime(Milliseconds(1'795'000'000'000))};
}

BOOST_AUTO_TEST_SUITE(account)

BOOST_AUTO_TEST_CASE(only_the_world_outside_owes) {
    Account outside = sample();
    outside.alias = "@external/BRL";
    BOOST_TEST((floor_of(outside) == Floor::none));
    BOOST_TEST((floor_of(sample()) == Floor::zero));
    outside.alias = "external/BRL";
    BOOST_TEST((floor_of(outside) == Floor::zero));
}

BOOST_AUTO_TEST_CASE(stripes_are_records_of_their_own) {
    const job::Uuid id{{7, 7, 7}};
    std::set<job::RecordId> records;
    for (std::uint8_t stripe = 0; stripe < stripes; ++stripe) {
        records.insert(balance_id(id, stripe));
    }
    BOOST_TEST(records.size() == stripes);
    BOOST_TEST((balance_id(id, 0) == job::RecordId{balance_kind, id}));
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    encode(sample(), bytes);
    BOOST_TEST((decode_account(as_byte_span(bytes)).value() == sample()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_account(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    bytes[0] = 2;
    BOOST_TEST((decode_account(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_CASE(an_alias_and_back) {
    const AliasOwner owner{job::Uuid{{2}}, job::Uuid{{3}}, "@anna"};
    std::string bytes;
    encode(owner, bytes);
    BOOST_TEST((decode_alias_owner(as_byte_span(bytes)).value() == owner));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_alias_owner(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    bytes[0] = 2;
    BOOST_TEST((decode_alias_owner(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::ledger
