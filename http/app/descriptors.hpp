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
    unsigned batches = 0;           ///< batch jobs at a time, wished for
    std::uint64_t calls = 0;        ///< to an external ledger and an upstream, at most
    std::uint64_t deliveries = 0;   ///< of webhooks at a time, wished for
    std::uint64_t connections = 1;  ///< wished for
};

struct DescriptorShares {
    std::uint64_t connections = 0;
    std::uint64_t deliveries = 0;
    unsigned batches = 0;
};

/// How many connections, deliveries and batch jobs `limit` allows, at most those wished for: a
/// quarter of the limit is left to the files of uploads and downloads, some to everything else, and
/// of the rest a quarter at most is the deliveries' and as much the batch jobs'. An error says how
/// many descriptors are needed at least.
explained<DescriptorShares> share_descriptors(std::uint64_t limit, const DescriptorNeeds& needs);

}  // namespace belay::app
