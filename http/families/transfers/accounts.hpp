// The accounts that a transfer is about, as its ledger has them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "core/job/ids.hpp"
#include "core/ledger/account.hpp"
#include "core/transfers/settings.hpp"
#include "store/store.hpp"

namespace belay::transfer_api {

/// An alias, kept without memory of its own.
class Alias {
  public:
    Alias() = default;
    explicit Alias(std::string_view text) noexcept;

    std::string_view text() const noexcept { return {bytes_.data(), size_}; }

  private:
    std::array<char, ledger::account_text_bytes_max> bytes_;
    std::size_t size_ = 0;
};

/// The ledger that the organization's transfers draw on.
job::Uuid ledger_of(const transfers::Settings& rules, const job::TenantId& tenant);

/// The alias of an account from which or to which money may be transferred: it is there, the
/// organization's, in this ledger, of the transfers' asset, and not the world outside. An account
/// never changes and is never removed, so who has looked may go on.
std::optional<Alias> find_account(store::Lane& lane, const job::TenantId& tenant,
                                  const job::Uuid& ledger, const job::Uuid& account);

/// The account with this alias.
std::optional<job::Uuid> find_account(store::Lane& lane, const job::TenantId& tenant,
                                      const job::Uuid& ledger, std::string_view alias);

}  // namespace belay::transfer_api
