// Ids of the ledger's records that follow from names, so that nobody has to look them up: SHA-256
// over what kind of name it is, the owner's id and the name (core/ledger/ledger.hpp says why no two
// come to be the same).
#pragma once

#include <string_view>

#include "core/job/ids.hpp"
#include "core/ledger/ledger.hpp"

namespace belay::http {

/// The ledger that an organization has without making one.
job::Uuid default_ledger_id(const job::TenantId& organization);

/// The account with this alias, one of the world outside (ledger::is_external): made with the
/// ledger's first account of the asset, its alias being external_alias() or fee_alias().
job::Uuid external_account_id(const job::Uuid& ledger, std::string_view alias);

/// The record that says which account of the ledger has this alias; at most
/// ledger::account_text_bytes_max bytes.
job::RecordId alias_record_id(const job::Uuid& ledger, std::string_view alias);

}  // namespace belay::http
