// The idempotency table beside what else could do its work. Each does the same: find the key or
// claim it with the request's fingerprint; if it was claimed before, compare the fingerprint. Whole
// names are compared everywhere, and all are hashed by XXH3 under one seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace belay::bench {

using Print = std::array<std::byte, 32>;

enum class Verdict : std::uint8_t { fresh, replay, mismatch };

/// One thread's access to a table; used by that thread only.
class Access {
  public:
    virtual ~Access() = default;
    virtual Verdict use(const std::string& name, const Print& print) = 0;
};

class Table {
  public:
    virtual ~Table() = default;
    virtual std::unique_ptr<Access> open() = 0;
};

struct Kind {
    std::string_view name;
    /// Made for so many keys: no table grows while it is measured.
    std::unique_ptr<Table> (*make)(std::size_t keys);
};

/// belay's first.
std::vector<Kind> all_kinds();

}  // namespace belay::bench
