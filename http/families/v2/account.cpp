#include "http/families/v2/account.hpp"

#include <array>
#include <utility>

namespace belay::v2 {

std::optional<Refusal> check_account(const wire::RequestHead& head, const job::TenantId& own) {
    constexpr std::array fields{
        std::pair(wire::FieldName::stripe_account, std::string_view("Stripe-Account")),
        std::pair(wire::FieldName::stripe_context, std::string_view("Stripe-Context"))};
    for (const auto& [field, name] : fields) {
        const auto value = head.value(field);
        if (!value || value->empty()) {
            continue;
        }
        const result<job::TenantId> named = job::parse_uuid(*value);
        if (head.repeated(field) || !named || *named != own) {
            return Refusal{&errors::other_account, {}, std::string(name)};
        }
    }
    return std::nullopt;
}

}  // namespace belay::v2
