#include "http/app/descriptors.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <sys/resource.h>

namespace belay::app {
namespace {

/// Standard streams, lock, directories, the segments of the log and the one being prepared, both
/// generations of the snapshot and the one being written, files of keys and certificates: 30 were
/// open at most; the rest is room.
constexpr std::uint64_t process_needs = 64;
/// Listener, epoll, the timer, what wakes it.
constexpr std::uint64_t shard_needs = 8;
/// The set that is read, the export that is written, their directory.
constexpr std::uint64_t worker_needs = 4;
/// Input, output and two temporary files; beside each job that runs another may be on its way out.
constexpr std::uint64_t batch_needs = 2 * 4;
/// Fewer than these are no service.
constexpr std::uint64_t connections_min = 16;
constexpr std::uint64_t deliveries_min = 4;
constexpr std::uint64_t batches_min = 1;

}  // namespace

std::uint64_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return std::numeric_limits<std::uint64_t>::max();
    }
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            limit = raised;
        }
    }
    return limit.rlim_cur;
}

explained<DescriptorShares> share_descriptors(std::uint64_t limit, const DescriptorNeeds& needs) {
    const std::uint64_t reserved =
        process_needs + shard_needs * needs.shards + worker_needs * needs.workers + needs.calls;
    const std::uint64_t for_clients = limit - limit / 4;
    const std::uint64_t needed =
        reserved + connections_min + deliveries_min + batch_needs * batches_min;
    if (for_clients < needed) {
        const std::uint64_t least = needed * 4 / 3 + 1;
        return failure(Error::too_large, "the limit of open files (RLIMIT_NOFILE, ulimit -n) is " +
                                             std::to_string(limit) +
                                             "; so many threads and workers need " +
                                             std::to_string(least));
    }
    const std::uint64_t left = for_clients - reserved;
    DescriptorShares shares;
    shares.deliveries = std::min(needs.deliveries, std::max(left / 4, deliveries_min));
    const std::uint64_t batches =
        std::min<std::uint64_t>(needs.batches, std::max(left / 4 / batch_needs, batches_min));
    shares.batches = static_cast<unsigned>(batches);
    shares.connections =
        std::min(needs.connections, left - shares.deliveries - batch_needs * batches);
    return shares;
}

}  // namespace belay::app
