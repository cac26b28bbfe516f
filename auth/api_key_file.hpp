// The file that keeps API keys, `api_keys.json` in the data directory: changed by `belay keys`,
// watched by a running server.
#pragma once

#include <memory>
#include <string_view>

#include "auth/api_keys.hpp"
#include "auth/published.hpp"
#include "auth/watched_file.hpp"
#include "core/world/disk.hpp"

namespace belay::auth {

inline constexpr std::string_view api_key_file_name = "api_keys.json";

/// Creating, listing and revoking. Each change is read, made and written whole under a lock file
/// beside it, so two commands at once lose nothing; the second fails with Error::locked.
class ApiKeyFile {
  public:
    /// The disk outlives this.
    explicit ApiKeyFile(world::Disk& disk) : disk_(disk) {}

    /// A file that does not exist holds no keys.
    explained<ApiKeySet> read() const;

    /// Durable when it returns; the secret is nowhere but in the answer.
    explained<NewApiKey> create(const ApiKeyRequest& request, WallTime now,
                                world::Entropy& entropy);

    /// Durable when it returns. A key that is revoked already keeps its first time.
    /// Error::not_found if there is no such key.
    explained<ApiKey> revoke(const job::Uuid& id, WallTime now);

  private:
    explained<std::unique_ptr<world::Lock>> lock();
    explained<void> write(const ApiKeySet& keys);

    world::Disk& disk_;
};

/// The keys in force in a running server.
class ApiKeySource {
  public:
    /// Fails if there is a file that cannot be read. The disk outlives this.
    static explained<std::unique_ptr<ApiKeySource>> open(world::Disk& disk,
                                                         world::MonotonicTime now);

    /// As KeySource::poll: at most once an interval, true if other keys are in force, a broken file
    /// leaves the old ones. A file that is gone means no keys.
    explained<bool> poll(world::MonotonicTime now);

    const Published<ApiKeySet>& published() const noexcept { return published_; }

  private:
    explicit ApiKeySource(world::Disk& disk);

    WatchedFile file_;
    Published<ApiKeySet> published_;
};

}  // namespace belay::auth
