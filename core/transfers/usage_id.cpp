#include "core/transfers/usage_id.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace belay::transfers {
namespace {

// DO NOT CHANGE WHAT FOLLOWS: the ids of records on disk come from it.

/// A bijection of 64 bits in which every bit of the input moves half of the bits of the output.
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value ^= value >> 32;
    value *= 0xD6E8FEB86659FD93ULL;
    value ^= value >> 29;
    value *= 0xA0761D6478BD642FULL;
    value ^= value >> 32;
    return value;
}

struct Words {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

Words words_of(const job::Uuid& id) noexcept {
    const ByteSpan bytes = id.bytes();
    return {load_little<std::uint64_t>(bytes.data()), load_little<std::uint64_t>(bytes.data() + 8)};
}

constexpr bool is_of_account(Scope scope) noexcept {
    return scope == Scope::account_day || scope == Scope::account_month;
}

}  // namespace

job::RecordId usage_id(Scope scope, const job::TenantId& tenant, const job::Uuid& account,
                       std::int32_t period) noexcept {
    const Words of_tenant = words_of(tenant);
    const Words of_account = is_of_account(scope) ? words_of(account) : Words{};
    const std::uint64_t of_time =
        static_cast<std::uint64_t>(scope) << 32 | static_cast<std::uint32_t>(period);
    // Two chains over the same words, each word taken up before the next mix.
    std::array<std::uint64_t, 2> chains{0x243F6A8885A308D3ULL, 0x13198A2E03707344ULL};
    for (std::uint64_t& chain : chains) {
        for (const std::uint64_t word :
             {of_time, of_tenant.high, of_tenant.low, of_account.high, of_account.low}) {
            chain = mix(chain + std::rotl(mix(word ^ chain), 17));
        }
    }
    job::Uuid id;
    static_assert(sizeof chains == sizeof id.octets);
    std::memcpy(id.octets.data(), chains.data(), sizeof chains);
    return {usage_kind, id};
}

}  // namespace belay::transfers
