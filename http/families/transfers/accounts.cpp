#include "http/families/transfers/accounts.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/transfers/transfer.hpp"
#include "http/drive/ledger_ids.hpp"

namespace belay::transfer_api {

Alias::Alias(std::string_view text) noexcept : size_(text.size()) {
    check(text.size() <= bytes_.size(), "an alias is bounded");
    std::copy(text.begin(), text.end(), bytes_.begin());
}

job::Uuid ledger_of(const transfers::Settings& rules, const job::TenantId& tenant) {
    return rules.ledger ? *rules.ledger : http::default_ledger_id(tenant);
}

std::optional<Alias> find_account(store::Lane& lane, const job::TenantId& tenant,
                                  const job::Uuid& ledger, const job::Uuid& account) {
    std::optional<Alias> found;
    lane.read({ledger::account_kind, account}, [&](const store::RecordView& record) {
        const auto read = ledger::decode_account(record.value);
        if (read && read->organization == tenant && read->ledger == ledger &&
            read->asset == transfers::asset && !ledger::is_external(read->alias)) {
            found.emplace(read->alias);
        }
    });
    return found;
}

std::optional<job::Uuid> find_account(store::Lane& lane, const job::TenantId& tenant,
                                      const job::Uuid& ledger, std::string_view alias) {
    std::optional<job::Uuid> named;
    lane.read(http::alias_record_id(ledger, alias), [&](const store::RecordView& record) {
        const auto account = ledger::decode_alias_owner(record.value);
        if (account && account->ledger == ledger && account->alias == alias) {
            named = account->account;
        }
    });
    if (!named || !find_account(lane, tenant, ledger, *named)) {
        return std::nullopt;
    }
    return named;
}

}  // namespace belay::transfer_api
