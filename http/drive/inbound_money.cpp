#include "http/drive/inbound_money.hpp"

#include "core/base/check.hpp"
#include "http/drive/ledger_ids.hpp"

namespace belay::http {
namespace {

// What ledger::external_alias and fee_alias say of the asset of transfers; views outlive calls.
constexpr std::string_view outside_alias = "@external/BRL";
constexpr std::string_view fee_alias = "@external/BRL/fees";

}  // namespace

ledger::Transaction inbound_transaction(const transfers::Transfer& transfer,
                                        transfers::MoneyAct act, std::string_view recipient_alias,
                                        const job::Uuid& transaction) {
    check(act == transfers::MoneyAct::inflow || act == transfers::MoneyAct::revert,
          "the money of an inbound transfer comes in or goes back");
    const bool comes_in = act == transfers::MoneyAct::inflow;
    const ledger::Side outside = comes_in ? ledger::Side::source : ledger::Side::destination;
    const ledger::Side inside = comes_in ? ledger::Side::destination : ledger::Side::source;
    // The last octet of an id is random: threads spread over the stripes.
    const auto stripe = static_cast<std::uint8_t>(transaction.octets.back() % ledger::stripes);
    ledger::Transaction made;
    made.organization = transfer.tenant;
    made.ledger = transfer.ledger;
    made.value = transfer.amount;
    made.asset = transfers::asset;
    made.description = transfer.description;
    bool fits = made.add({outside, external_account_id(transfer.ledger, outside_alias), stripe,
                          transfer.amount, outside_alias});
    fits = fits &&
           made.add({inside, transfer.recipient_account, 0,
                     ledger::Money{transfer.amount.minor - transfer.fee.minor}, recipient_alias});
    if (transfer.fee.minor != 0) {
        fits = fits && made.add({inside, external_account_id(transfer.ledger, fee_alias), stripe,
                                 transfer.fee, fee_alias});
    }
    check(fits, "three legs fit a transaction");
    return made;
}

}  // namespace belay::http
