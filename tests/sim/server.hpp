// What a serving process has, without its threads and sockets: the store, the lanes of workers,
// clients and housekeeping, on a simulated disk that outlives one process after the other.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "core/world/disk_sim.hpp"
#include "http/drive/export_attempt.hpp"
#include "http/drive/export_chores.hpp"
#include "store/blocking_lane.hpp"
#include "tests/sim/seams.hpp"

namespace belay::sim {

/// One process, from its start to its end. Not thread-safe; nothing in it waits.
class Server {
  public:
    static constexpr std::size_t worker_count = 3;
    static constexpr std::size_t client_count = 2;

    struct Machine {
        Machine(std::uint64_t seed, Bystander& bystander);

        world::SimDisk sim_disk;
        world::ManualClock manual_clock;
        world::SeededEntropy entropy;
        PassingDisk disk;
        PassingClock clock;
        exports::LifeSettings life;
        store::Settings settings;
    };

    /// As the program starts: recovers, removes orphans, offers what is queued. `machine` outlives
    /// it.
    static explained<std::unique_ptr<Server>> start(Machine& machine);

    /// Recovers the store on a disk, and nothing else: for copies of a disk.
    static explained<std::unique_ptr<store::Store>> open_store(world::Disk& disk,
                                                               const world::Clock& clock,
                                                               world::Entropy& entropy,
                                                               const store::Settings& settings,
                                                               store::FailureListener& listener);

    /// As after a kill, with a disk that has ended. end() has been called.
    ~Server() = default;

    /// The disk has ended: whoever waits for an answer gets it, or is told that nobody knows.
    void end();

    /// Whether the process cannot go on: its disk is gone, or the log has failed.
    bool has_ended() const;

    /// An orderly end. False if the log fails.
    bool close();

    /// Looks at all records for what is due, as the housekeeper does once in a while.
    void survey();

    http::ExportParts parts_of_worker(std::size_t number);

    store::BlockingLane& house() noexcept { return *house_; }
    store::Lane& client(std::size_t number) noexcept { return *clients_[number]; }
    store::Lane& reader() noexcept { return *reader_; }
    store::Store& store() noexcept { return *store_; }
    http::ExportChores& chores() noexcept { return chores_; }

    work::Agenda agenda{std::chrono::minutes(60)};
    work::ReadyQueue ready;
    http::EventFeed events;

  private:
    class Listener final : public store::FailureListener {
      public:
        void log_failed(boost::system::error_code) noexcept override { has_failed = true; }
        bool has_failed = false;
    };

    class NoWaker final : public store::Waker {
      public:
        void wake() noexcept override {}
    };

    explicit Server(Machine& machine);

    Machine& machine_;
    http::ExportChores chores_;
    Listener listener_;
    NoWaker waker_;
    std::unique_ptr<store::Store> store_;
    std::array<std::optional<store::BlockingLane>, worker_count> workers_;
    std::array<std::optional<store::Lane>, client_count> clients_;
    std::optional<store::BlockingLane> house_;
    std::optional<store::Lane> reader_;
};

}  // namespace belay::sim
