// Stripe-Account and Stripe-Context: on behalf of which account a caller speaks.
#pragma once

#include <optional>

#include "auth/principal.hpp"
#include "http/families/v2/errors.hpp"
#include "http/wire/request_head.hpp"

namespace belay::v2 {

/// An account is a tenant, and a caller speaks for its own: a request that names another one in
/// either field is refused instead of being done to the wrong account.
std::optional<Refusal> check_account(const wire::RequestHead& head, const job::TenantId& own);

}  // namespace belay::v2
