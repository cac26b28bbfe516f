// Which ledger of which organization a request is about, and whether it is there for the caller.
#pragma once

#include <optional>
#include <string>

#include "core/job/ids.hpp"
#include "core/ledger/ledger.hpp"
#include "http/families/ledger/settings.hpp"
#include "store/store.hpp"

namespace belay::ledger_api {

struct Place {
    job::TenantId organization;
    job::Uuid ledger;
};

/// A ledger that exists without having been made: the organization's own, and that of
/// Settings::ledger. Its record is made with its first account.
bool is_given(const Settings& settings, const Place& place);

/// What such a ledger is as long as it has no record.
ledger::Ledger given_ledger(const job::TenantId& organization);

/// Whether the ledger is there and the organization's. A record that is there is for ever, so who
/// has looked may go on.
bool has_ledger(store::Lane& lane, const Settings& settings, const Place& place);

/// What is in a version of a record, which can be read (checked). The texts are views of it.
ledger::Ledger ledger_in(const store::RecordView& record);
ledger::Account account_in(const store::RecordView& record);

/// An account as it was read; the texts are the copy's own.
class FoundAccount {
  public:
    /// Nothing if there is no such account in the ledger.
    static std::optional<FoundAccount> by_id(store::Lane& lane, const Place& place,
                                             const job::Uuid& id);
    static std::optional<FoundAccount> by_alias(store::Lane& lane, const Place& place,
                                                std::string_view alias);

    const job::Uuid& id() const noexcept { return id_; }
    ledger::Account account() const;

  private:
    FoundAccount(const job::Uuid& id, std::string bytes) : id_(id), bytes_(std::move(bytes)) {}

    job::Uuid id_;
    std::string bytes_;
};

/// As of the cut: all stripes of it together.
ledger::Balance read_balance(store::Cut& cut, const job::Uuid& id, const ledger::Account& account);

}  // namespace belay::ledger_api
