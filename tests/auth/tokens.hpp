// Tokens of every kind, good and bad.
#pragma once

#include <string>
#include <string_view>

#include "auth/algorithm.hpp"
#include "auth/key.hpp"
#include "core/base/time.hpp"
#include "tests/auth/signing_key.hpp"

namespace belay::auth_test {

/// The keys of this process: one of each type, made at first use.
const SigningKey& rsa_key();
const SigningKey& p256_key();
const SigningKey& ed25519_key();
const SigningKey& foreign_rsa_key();
const SigningKey& foreign_p256_key();
const SigningKey& foreign_ed25519_key();

inline constexpr std::string_view secret_text =
    "a secret of the tests that is sixty-four octets long, no more...";

/// 2026-11-22T19:00:00Z: what the tests' clocks show.
inline constexpr WallTime test_time{Milliseconds(1'795'374'000'000)};

inline constexpr std::string_view tenant_text = "0189a2c4-5b7e-7cde-8f01-23456789abcd";

std::string encode(std::string_view octets);

/// "<header>.<payload>", both encoded.
std::string signing_input(std::string_view header, std::string_view payload);

/// `input`, a dot and the encoded signature.
std::string with_signature(std::string_view input, std::string_view signature);

/// A token signed by the key.
std::string token_by(const SigningKey& key, auth::Algorithm algorithm, std::string_view header,
                     std::string_view payload);

/// A token under an HMAC with any key, also one that no Key would take.
std::string hmac_token(std::string_view secret, std::string_view header, std::string_view payload);

/// A payload that is good at test_time for an hour; `members` is added ("" or `,"iss":"x"`).
std::string good_payload(std::string_view members = "");

/// {"keys":[…]} of texts divided by commas.
std::string jwks(std::string_view keys);

}  // namespace belay::auth_test
