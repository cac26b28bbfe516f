#include "auth/algorithm.hpp"

#include <array>

namespace belay::auth {
namespace {

struct Row {
    Algorithm algorithm;
    std::string_view name;
    std::size_t digest_size;
};

/// In the order of the enum, so that a value is its row's index.
constexpr std::array<Row, 7> rows{{
    {Algorithm::hs256, "HS256", 32},
    {Algorithm::hs384, "HS384", 48},
    {Algorithm::hs512, "HS512", 64},
    {Algorithm::rs256, "RS256", 32},
    {Algorithm::ps256, "PS256", 32},
    {Algorithm::es256, "ES256", 32},
    {Algorithm::eddsa, "EdDSA", 0},
}};

constexpr bool rows_are_in_order() {
    for (std::size_t at = 0; at < rows.size(); ++at) {
        if (static_cast<std::size_t>(rows[at].algorithm) != at) {
            return false;
        }
    }
    return true;
}
static_assert(rows_are_in_order());

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) noexcept {
    for (const Row& row : rows) {
        if (row.name == name) {
            return row.algorithm;
        }
    }
    return std::nullopt;
}

std::string_view name_of(Algorithm algorithm) noexcept {
    return rows[static_cast<std::size_t>(algorithm)].name;
}

std::size_t digest_size(Algorithm algorithm) noexcept {
    return rows[static_cast<std::size_t>(algorithm)].digest_size;
}

}  // namespace belay::auth
