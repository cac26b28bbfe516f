// How the process divides its file descriptors: what the log, snapshots and workers need is never
// given to connections, so that a flood of clients cannot take the disk away (reliability 3.3).
#pragma once

#include <cstdint>

#include "core/base/result.hpp"

namespace belay::app {

/// Raises the process's limit of descriptors as far as it may without privilege; gives the limit.
std::uint64_t raise_descriptor_limit() noexcept;

struct DescriptorNeeds {
    unsigned shards = 1;
    unsigned workers = 0;
    std::uint64_t calls = 0;        ///< connections that the process makes, at most
    std::uint64_t connections = 1;  ///< wished for
};

/// How many connections `limit` allows, at most those wished for: a quarter of the limit is left to
/// the files of uploads and downloads, and some to everything else. An error says how many
/// descriptors are needed at least.
explained<std::uint64_t> connections_within(std::uint64_t limit, const DescriptorNeeds& needs);

}  // namespace belay::app
