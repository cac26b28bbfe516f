#include "http/families/ledger/place.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "http/drive/ledger_ids.hpp"

namespace belay::ledger_api {

bool is_given(const Settings& settings, const Place& place) {
    return place.ledger == settings.ledger ||
           place.ledger == http::default_ledger_id(place.organization);
}

ledger::Ledger given_ledger(const job::TenantId& organization) {
    // It has always been there.
    return {organization, "default", WallTime{}};
}

ledger::Ledger ledger_in(const store::RecordView& record) {
    const auto ledger = ledger::decode_ledger(record.value);
    check(ledger.has_value(), "a ledger's record can be read");
    return *ledger;
}

ledger::Account account_in(const store::RecordView& record) {
    const auto account = ledger::decode_account(record.value);
    check(account.has_value(), "an account's record can be read");
    return *account;
}

bool has_ledger(store::Lane& lane, const Settings& settings, const Place& place) {
    bool owned = false;
    const bool found =
        lane.read({ledger::ledger_kind, place.ledger}, [&](const store::RecordView& record) {
            owned = ledger_in(record).organization == place.organization;
        });
    return found ? owned : is_given(settings, place);
}

std::optional<FoundAccount> FoundAccount::by_id(store::Lane& lane, const Place& place,
                                                const job::Uuid& id) {
    std::optional<FoundAccount> found;
    lane.read({ledger::account_kind, id}, [&](const store::RecordView& record) {
        const ledger::Account account = account_in(record);
        if (account.organization == place.organization && account.ledger == place.ledger) {
            found = FoundAccount(id, std::string(as_text(record.value)));
        }
    });
    return found;
}

std::optional<FoundAccount> FoundAccount::by_alias(store::Lane& lane, const Place& place,
                                                   std::string_view alias) {
    if (alias.size() > ledger::account_text_bytes_max) {
        return std::nullopt;
    }
    if (ledger::is_external(alias)) {
        return by_id(lane, place, http::external_account_id(place.ledger, alias));
    }
    std::optional<job::Uuid> id;
    lane.read(http::alias_record_id(place.ledger, alias), [&](const store::RecordView& record) {
        const auto owner = ledger::decode_alias_owner(record.value);
        if (owner && owner->ledger == place.ledger && owner->alias == alias) {
            id = owner->account;
        }
    });
    return id ? by_id(lane, place, *id) : std::nullopt;
}

ledger::Account FoundAccount::account() const {
    return ledger::decode_account(as_byte_span(bytes_)).value();
}

ledger::Balance read_balance(store::Cut& cut, const job::Uuid& id, const ledger::Account& account) {
    ledger::Balance sum;
    const std::uint8_t records =
        ledger::floor_of(account) == ledger::Floor::none ? ledger::stripes : 1;
    for (std::uint8_t stripe = 0; stripe < records; ++stripe) {
        cut.read(ledger::balance_id(id, stripe), [&](const store::RecordView& record) {
            const auto part = ledger::decode_balance(record.value);
            check(part.has_value(), "a balance's record can be read");
            const auto available = ledger::add(sum.available, part->available);
            const auto on_hold = ledger::add(sum.on_hold, part->on_hold);
            check(available && on_hold, "what a ledger owes is what it has: within 64 bits");
            sum = {*available, *on_hold, sum.version + part->version,
                   std::max(sum.updated, part->updated)};
        });
    }
    return sum;
}

}  // namespace belay::ledger_api
