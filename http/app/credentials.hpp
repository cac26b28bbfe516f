// The credentials of a serving process: keys of tokens, API keys, and what each shard asks.
#pragma once

#include <memory>

#include "auth/api_key_file.hpp"
#include "auth/authenticator.hpp"
#include "auth/key_source.hpp"
#include "http/program/log.hpp"
#include "http/program/settings.hpp"
#include "http/server/gatekeeper.hpp"

namespace belay::app {

/// A shard's gatekeeper.
class ShardGatekeeper final : public http::Gatekeeper {
  public:
    ShardGatekeeper(const auth::KeySource& keys, const auth::ApiKeySource& api_keys,
                    const world::Clock& clock, world::Entropy& entropy,
                    const auth::AuthenticatorSettings& settings, const program::Log& log)
        : authenticator_(keys, api_keys, clock, entropy, settings), log_(log) {}

    const auth::Principal* authenticate(std::string_view authorization) override;

  private:
    auth::Authenticator authenticator_;
    const program::Log& log_;
};

/// Opened once; polled by one thread.
class Credentials {
  public:
    /// Makes the secret file if it is the default one and absent. Everything outlives it.
    static explained<std::unique_ptr<Credentials>> open(const program::Settings& settings,
                                                        world::Disk& data,
                                                        const world::Clock& clock,
                                                        world::Entropy& entropy);

    /// Looks whether a file has changed; gives what is wrong with it.
    void poll(const program::Log& log);

    std::unique_ptr<ShardGatekeeper> make_gatekeeper(world::Entropy& entropy,
                                                     const program::Log& log) const;

    const std::string& secret_file() const noexcept { return secret_file_; }

  private:
    explicit Credentials(const world::Clock& clock) : clock_(clock) {}

    const world::Clock& clock_;
    auth::AuthenticatorSettings settings_;
    std::string secret_file_;
    std::vector<std::unique_ptr<world::Disk>> disks_;
    std::unique_ptr<auth::KeySource> keys_;
    std::unique_ptr<auth::ApiKeySource> api_keys_;
};

/// The directory and the name of a file that an operator names in `setting` by a path of the
/// machine. Errors about it name both.
explained<auth::FilePlace> open_place(std::string_view setting, const std::string& path,
                                      std::vector<std::unique_ptr<world::Disk>>& disks);

/// The whole file, of a megabyte at most. Errors as open_place().
explained<std::string> read_place(std::string_view setting, const std::string& path);

}  // namespace belay::app
