// Where the keys of tokens come from: the operator's shared secret and the operator's JWKS file.
#pragma once

#include <memory>
#include <optional>

#include "auth/key_set.hpp"
#include "auth/published.hpp"
#include "auth/watched_file.hpp"
#include "core/world/entropy.hpp"

namespace belay::auth {

/// Reads a shared secret: the file's octets without one line end behind them, at least 32 octets.
/// It has no kid. HS384 and HS512 need 48 and 64 octets (RFC 7518 section 3.2).
explained<Key> read_secret_file(const FilePlace& place);

/// Makes a secret file of 64 random letters, digits, '-' and '_' (mode 0600) unless there is one;
/// true if it made it.
explained<bool> make_secret_file(const FilePlace& place, world::Entropy& entropy);

/// The key set in force. The secret is read once, at open; the JWKS again when its file changes.
/// Keys never come from a token, nor over the network.
class KeySource {
  public:
    /// Either may be absent; without both no token verifies. Fails if a file that is named cannot
    /// be read or holds bad keys.
    static explained<std::unique_ptr<KeySource>> open(const std::optional<FilePlace>& secret,
                                                      std::optional<FilePlace> jwks,
                                                      world::MonotonicTime now);

    /// Looks at the JWKS file, at most once each WatchedFile::interval; true if a new set is in
    /// force. A key that left the file verifies nothing from then on, cached tokens included. A
    /// file that is broken or gone leaves the old set in force, and its Failure is given once. One
    /// thread at a time; reads the disk, so not one that serves.
    explained<bool> poll(world::MonotonicTime now);

    /// What readers watch; any thread.
    const Published<KeySet>& published() const noexcept { return published_; }

  private:
    KeySource(std::optional<Key> secret, std::optional<FilePlace> jwks);

    std::optional<Key> secret_;
    std::optional<WatchedFile> jwks_;
    Published<KeySet> published_;
};

}  // namespace belay::auth
