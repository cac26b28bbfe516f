// `belay verify DIR`: is everything in log/ and snapshot/ what was written there? Changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/world/disk.hpp"

namespace belay::store {

struct Finding {
    /// A trace that a crash leaves (a torn tail, a leftover file) and that a start repairs; else
    /// damage.
    bool harmless = false;
    std::string file;
    std::uint64_t offset = 0;
    std::string what;
};

struct VerifyReport {
    std::vector<Finding> findings;
    std::uint64_t segments = 0;
    std::uint64_t frames = 0;
    std::uint64_t snapshots = 0;

    bool is_sound() const noexcept;
};

/// Every segment, mark, frame and snapshot, and whether a start would accept them together.
VerifyReport verify_directory(world::Disk& disk);

}  // namespace belay::store
