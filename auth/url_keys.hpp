// The keys that belay signs its own URLs with: `url.keys` in the data directory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/digest.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"

namespace belay::auth {

inline constexpr std::string_view url_key_file_name = "url.keys";

struct UrlKey {
    std::string id;  ///< stands in every URL signed with it: 1 to 32 letters and digits
    std::array<std::byte, 32> secret{};
    WallTime created;
};

/// A value. The last key signs, all verify: adding one rotates, removing one revokes every URL that
/// was signed with it.
class UrlKeyRing {
  public:
    static constexpr std::size_t json_bytes_max = 64 * 1024;

    /// One new key.
    static UrlKeyRing make(WallTime now, world::Entropy& entropy);

    /// Reads what `format` wrote: at least one key, no id twice.
    static explained<UrlKeyRing> parse(std::string_view json);
    std::string format() const;

    /// Adds a key, which signs from now on.
    void rotate(WallTime now, world::Entropy& entropy);

    /// False if there is no such key, or it is the only one.
    bool remove(std::string_view id);

    /// Null if there is none. Valid until the ring changes.
    const UrlKey* find(std::string_view id) const noexcept;
    const UrlKey& signing() const noexcept { return keys_.back(); }
    const std::vector<UrlKey>& keys() const noexcept { return keys_; }

  private:
    UrlKeyRing() = default;

    std::vector<UrlKey> keys_;  // never empty outside make and parse
};

/// The ring of the data directory; makes the file (mode 0600) with one key if there is none.
explained<UrlKeyRing> load_or_make_url_keys(world::Disk& disk, WallTime now,
                                            world::Entropy& entropy);

}  // namespace belay::auth
