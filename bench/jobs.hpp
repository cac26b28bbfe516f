// Export jobs at the store's interface, as the server makes them: the same records, keys and
// answers, without HTTP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/job/ids.hpp"
#include "core/world/clock.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"
#include "store/store.hpp"

namespace belay::bench {

/// A bench whose log fails has no result.
class AbortOnFailure final : public store::FailureListener {
    void log_failed(boost::system::error_code error) noexcept override;
};

/// The bench's thread never sleeps: it polls.
class NoWaker final : public store::Waker {
    void wake() noexcept override {}
};

enum class Deed : std::uint8_t {
    create,  ///< under a key of its own
    claim,
    cancel,  ///< under a key of its own
};

/// What the jobs of a bench come to, to divide the memory among its owners.
struct Sizes {
    std::uint64_t record_value = 0;
    std::uint64_t key_name = 0;
    std::uint64_t key_value = 0;
};

/// One thread's lane with up to `depth` operations under way. Not thread-safe.
class JobDriver {
  public:
    JobDriver(store::Store& store, std::size_t depth);
    ~JobDriver();
    JobDriver(const JobDriver&) = delete;
    JobDriver& operator=(const JobDriver&) = delete;

    /// Does `deed` to every job in `ids`; returns when all is durable.
    void run(Deed deed, const std::vector<job::Uuid>& ids);

    /// Of the create that came last.
    const Sizes& sizes() const noexcept { return sizes_; }

  private:
    class Move;

    NoWaker waker_;
    store::Lane lane_;
    Sizes sizes_;
    std::vector<std::unique_ptr<Move>> moves_;
};

/// Ids as the server gives them.
std::vector<job::Uuid> make_ids(std::size_t count, const world::Clock& clock,
                                world::Entropy& entropy);

/// A store with the server's schema and the settings of its defaults, but for the snapshots, which
/// it writes only when it is closed. Prints why and ends the process if it does not open.
std::unique_ptr<store::Store> open_store(world::Disk& disk, const world::Clock& clock,
                                         world::Entropy& entropy, AbortOnFailure& listener,
                                         std::uint64_t memory_bytes_max = 4ULL << 30);

/// An empty directory, the old one's contents removed.
std::unique_ptr<world::Disk> empty_directory(const std::string& path);

}  // namespace belay::bench
