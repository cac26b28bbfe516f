// Crashes of a server, one after the other on one disk, on one thread, the same for the same seed.
//
// A run is some steps of clients, workers and housekeeping, in any order, with faults that the seed
// chose, and an end: a kill, a power loss, a crash in the midst of a call to the disk, a failed
// log, a clean stop. Then the server starts again, perhaps crashing in that, too, and what it comes
// up with is held against what was written (story.hpp), what clients were told (witness.hpp,
// promises.hpp) and what the contract says of the history of each job (chronicle.hpp). Segments are
// as small as they can be, so that a life of some runs fills, seals and recycles them.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/busy.hpp"
#include "tests/sim/chronicle.hpp"
#include "tests/sim/promises.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/server.hpp"
#include "tests/sim/story.hpp"
#include "tests/sim/tally.hpp"
#include "tests/sim/uploader.hpp"
#include "tests/sim/witness.hpp"
#include "tests/sim/writes.hpp"

namespace belay::sim {

class Ordeal final : public Bystander {
  public:
    /// `sets`, `asked` and `tally` outlive it.
    Ordeal(std::uint64_t seed, Sets& sets, Coverage& asked, Tally& tally);
    ~Ordeal();
    Ordeal(const Ordeal&) = delete;
    Ordeal& operator=(const Ordeal&) = delete;

    /// A life of so many runs, or until its disk is refused. Gives the law that was broken, with
    /// what led to it, or nothing.
    std::string live(int runs);

    void pass(Place place) override;

  private:
    struct Worker {
        std::optional<http::ExportAttempt> attempt;
        job::Uuid job;
    };

    /// A job that some create may have made.
    struct Known {
        explicit Known(const job::Uuid& id) : witness(id) {}

        Witness witness;
        job::TenantId tenant;
        bool is_refused = false;  ///< a client was told that it was not made
    };

    struct Sent {
        std::unique_ptr<ClientWrite> write;
        WallTime at;
    };

    // The frame of it (ordeal.cpp).
    bool begin_life();
    void play_run();
    void end_process(bool is_clean);
    bool start_again();
    bool plan_flawed_start();
    bool start_once();
    bool has_ended() const { return server_->has_ended(); }
    void require(bool holds, std::string_view law, const Known* known = nullptr);
    void note(std::string_view what) { trace_.emplace_back(what); }
    void meet(Met met, std::string_view what);

    // What clients, workers and time do (ordeal_steps.cpp).
    void step();
    void send(WriteRequest request);
    void send_create();
    void send_again(bool is_same);
    void send_cancel();
    void ask_astray();
    void work();
    void lose_worker();
    void release_one();
    void do_chores();
    void sweep_keys();
    void look_at_list();
    void pass_time();
    void upload();
    void write_snapshot();
    bool submit(store::Operation& operation);
    void hear_answers();
    void hear(const Sent& sent);
    job::Uuid make_id();
    Known* find(const job::Uuid& id);
    bool is_over(const Known& known) const;

    // What goes wrong (ordeal_faults.cpp).
    void plan_fault();
    void plan_lie();
    void judge_copies();
    void judge_copy(world::SimDisk& copy, Met met, bool is_damaged);
    bool damage(world::SimDisk& copy, Met& met);
    void set_clock();

    // What must hold after a start (ordeal_laws.cpp).
    void judge_start();
    void judge_directories();
    void judge_files();
    void observe(Known& known);

    Random random_;
    Sets& sets_;
    Coverage& asked_;
    Tally& tally_;
    Server::Machine machine_;
    Chronicle chronicle_;
    Story story_;
    Promises promises_;
    std::unique_ptr<Server> server_;
    Uploader uploader_;
    job::Uuid context_;
    std::array<job::TenantId, 2> tenants_;

    std::array<Worker, 2> workers_;
    std::deque<Known> jobs_;
    std::vector<WriteRequest> keyed_;  ///< that were sent under keys, to be sent again
    std::deque<Sent> sent_;
    std::deque<std::unique_ptr<JobAsk>> stray_asks_;
    std::uint64_t names_ = 0;  ///< of keys and requests, so far
    bool is_busy_ = false;     ///< a client is in the midst of something
    bool is_armed_ = false;    ///< others may act in the midst of a step
    bool is_flawed_ = false;   ///< in this run the disk was told to fail
    bool is_short_of_space_ = false;
    std::string refusal_;  ///< why the last start came to nothing
    /// What the recovery of a copy of the disk as it is came to.
    std::optional<std::pair<job::Lsn, std::uint64_t>> copied_;
    std::vector<std::string> trace_;
    std::string broken_;
};

}  // namespace belay::sim
