#include "http/families/transfers/hold.hpp"

#include "core/base/check.hpp"
#include "http/drive/ledger_ids.hpp"

namespace belay::transfer_api {
namespace {

// What ledger::external_alias and fee_alias say of the asset of transfers; views outlive calls.
constexpr std::string_view outside_alias = "@external/BRL";
constexpr std::string_view fee_alias = "@external/BRL/fees";

}  // namespace

ledger::Transaction hold_of(const transfers::Initiation& initiation, const Aliases& aliases,
                            std::uint8_t stripe) {
    using enum ledger::Side;
    const job::Uuid& ledger = initiation.ledger;
    ledger::Transaction made;
    made.organization = initiation.tenant;
    made.ledger = ledger;
    made.value = add(initiation.amount, initiation.fee).value();
    made.asset = transfers::asset;
    made.description = initiation.description;
    bool fits = made.add({source, initiation.sender_account, 0, made.value, aliases.sender});
    if (initiation.type == transfers::Type::p2p) {
        fits = fits && made.add({destination, initiation.recipient_account, 0, initiation.amount,
                                 aliases.recipient});
    } else {
        fits = fits && made.add({destination, http::external_account_id(ledger, outside_alias),
                                 stripe, initiation.amount, outside_alias});
    }
    if (initiation.fee.minor != 0) {
        fits = fits && made.add({destination, http::external_account_id(ledger, fee_alias), stripe,
                                 initiation.fee, fee_alias});
    }
    check(fits, "three legs fit a transaction");
    return made;
}

}  // namespace belay::transfer_api
