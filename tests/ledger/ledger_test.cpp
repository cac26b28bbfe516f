#include "core/ledger/ledger.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::ledger {
namespace {

Ledger sample() {
    return {job::Uuid{{1}}, "savings", WallTime(Milliseconds(1'795'000'000'000))};
}

BOOST_AUTO_TEST_SUITE(ledger)

BOOST_AUTO_TEST_CASE(the_world_outside_has_two_accounts_an_asset) {
    BOOST_TEST(external_alias("BRL") == "@external/BRL");
    BOOST_TEST(fee_alias("BRL") == "@external/BRL/fees");
    BOOST_TEST(is_external(fee_alias("BTC")));
}

BOOST_AUTO_TEST_CASE(a_derived_id_is_none_that_is_made_anew) {
    NameFingerprint fingerprint{};
    fingerprint.fill(std::byte{0xff});
    const job::Uuid derived = derived_id(fingerprint);
    BOOST_TEST(job::format_uuid(derived) == "ffffffff-ffff-8fff-bfff-ffffffffffff");
    const job::Uuid made = job::make_uuid_v7(sample().created, {});
    BOOST_TEST((derived.octets[6] & 0xf0) != (made.octets[6] & 0xf0));
    fingerprint[31] = std::byte{0};  // beyond what an id holds
    BOOST_TEST((derived_id(fingerprint) == derived));
    fingerprint[15] = std::byte{0};
    BOOST_TEST((derived_id(fingerprint) != derived));
}

BOOST_AUTO_TEST_CASE(bytes_and_back) {
    std::string bytes;
    encode(sample(), bytes);
    BOOST_TEST((decode_ledger(as_byte_span(bytes)).value() == sample()));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BOOST_TEST((decode_ledger(as_byte_span(bytes).first(size)).error() == Error::corrupt));
    }
    bytes[0] = 2;
    BOOST_TEST((decode_ledger(as_byte_span(bytes)).error() == Error::newer_format));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::ledger
