// The shapes that the ledger family answers with (transfers.md 3.1, 3.3).
#pragma once

#include <string>
#include <string_view>

#include "core/job/ids.hpp"
#include "core/ledger/ledger.hpp"
#include "core/ledger/transaction.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::ledger_api {

void render_ledger(const job::Uuid& id, const ledger::Ledger& ledger, wire::JsonWriter& json);

void render_account(const job::Uuid& id, const ledger::Account& account, wire::JsonWriter& json);

/// A balance has its account's id: there is one for each account.
void render_balance(const job::Uuid& account_id, const ledger::Account& account,
                    const ledger::Balance& balance, wire::JsonWriter& json);

/// `status` is the phase's name, but for the answer to a transaction that was posted at once:
/// Midaz calls that one CREATED there, and APPROVED ever after.
void render_transaction(const job::Uuid& id, const ledger::Transaction& transaction,
                        std::string_view status, wire::JsonWriter& json);

/// A list that is written item by item: {"items":[...],"limit":N,"next_cursor":"…"}.
class ListBody {
  public:
    explicit ListBody(std::string& to);

    /// Where the next item goes.
    wire::JsonWriter& item() noexcept { return json_; }

    /// `next` is empty where there is no more. `lsn` is written if it is not 0.
    void end(std::size_t limit, std::string_view next, job::Lsn lsn = 0);

  private:
    wire::JsonWriter json_;
};

}  // namespace belay::ledger_api
