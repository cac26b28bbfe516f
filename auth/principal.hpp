// Who a request speaks for, whichever credential said so (contracts README 6).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/job/ids.hpp"

namespace belay::auth {

/// Which half of an account's objects a caller sees (batch family; contracts README 4).
enum class Mode : std::uint8_t { live, test };

enum class Credential : std::uint8_t { token, api_key };

/// The scopes of a principal: those listed, or, where the credential names none, all but `admin`.
/// Copies share the list, since every request gets one.
class Scopes {
  public:
    static constexpr std::string_view admin = "admin";

    /// A credential without a scope claim.
    static Scopes all_but_admin() { return {}; }

    /// Exactly these.
    static Scopes listed(std::vector<std::string> names);

    bool has(std::string_view scope) const noexcept;

  private:
    std::shared_ptr<const std::vector<std::string>> names_;  ///< null: not listed
};

struct Principal {
    job::TenantId tenant;
    std::string subject;
    Scopes scopes;
    Mode mode = Mode::live;
    Credential credential = Credential::token;
};

}  // namespace belay::auth
