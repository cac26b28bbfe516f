#include "http/drive/webhooks/secret.hpp"

#include <array>

#include "core/base/base64.hpp"

namespace belay::webhooks {
namespace {

constexpr std::string_view prefix = "whsec_";

}  // namespace

std::string make_secret(world::Entropy& entropy) {
    std::array<std::byte, 32> random;
    entropy.fill(random);
    return std::string(prefix) + base64_encode(random);
}

std::string secret_bytes(std::string_view secret) {
    if (!secret.starts_with(prefix)) {
        return {};
    }
    const result<std::string> bytes = base64_decode(secret.substr(prefix.size()));
    return bytes ? *bytes : std::string();
}

}  // namespace belay::webhooks
