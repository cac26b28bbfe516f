// The files of batch jobs: their directory, and which of them nobody needs any more.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.hpp"
#include "core/batches/decide.hpp"
#include "core/world/disk.hpp"
#include "store/store.hpp"

namespace belay::batch_drive {

inline constexpr std::string_view batch_directory = "files/batches";

/// Makes the directory, durably. At every start, before anybody works.
result<void> make_batch_directory(world::Disk& disk);

/// Removes files that no record names: uploads that did not come to their end or lost to a cancel,
/// inputs of ended jobs, results whose time is over, what was being compared when the process
/// ended. At a start, before anybody works. Gives how many.
result<std::size_t> remove_batch_orphans(world::Disk& disk, store::Lane& lane,
                                         const batches::LifeSettings& life);

}  // namespace belay::batch_drive
