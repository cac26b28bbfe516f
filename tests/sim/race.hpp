// Rounds of a cancel racing a worker, on one thread, the same for the same seed.
//
// A round makes a job or two and lets workers and housekeeping carry them to their end. A plan of
// disturbances (coverage.hpp), among them nearly always a cancel, strikes at places (seams.hpp)
// that the seed chose: between two steps, or in the midst of one. When nobody has anything left to
// do the round is over, and its laws are looked at: one outcome, the one that clients were told;
// files of what succeeded and no others. A life is many rounds on one disk, with every end of a
// process that falls into them, and then the jobs' week and month, and a reading of the whole log.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/busy.hpp"
#include "tests/sim/chronicle.hpp"
#include "tests/sim/coverage.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/server.hpp"
#include "tests/sim/uploader.hpp"
#include "tests/sim/witness.hpp"

namespace belay::sim {

class Race final : public Bystander {
  public:
    /// `coverage` outlives it.
    Race(std::uint64_t seed, Coverage& coverage);
    ~Race();
    Race(const Race&) = delete;
    Race& operator=(const Race&) = delete;

    /// Gives the law that was broken, with what led to it, or nothing.
    std::string live(int rounds);

    void pass(Place place) override;

  private:
    struct Planned {
        std::uint64_t at = 0;  ///< the count of places at which it strikes
        Disturbance what{};
    };

    struct Worker {
        std::optional<http::ExportAttempt> attempt;
        job::Uuid job;
        bool is_busy = false;
    };

    struct Cancel {
        std::unique_ptr<JobAsk> ask;
        Witness* witness = nullptr;
        std::optional<Stage> stage;
        Place place{};
    };

    // The frame of it (race.cpp).
    void begin_life();
    void play_round();
    void make_plan();
    void make_job();
    bool take_turn();
    bool take_turn_of_worker();
    bool wait_for_what_is_due();
    bool is_round_over();
    bool have_all_ended() const;
    void start_server();
    void restart(bool is_orderly);
    void judge_round();
    void observe(Witness& witness);
    void observe_round();
    void require(bool holds, std::string_view law, const Witness* witness = nullptr);
    void note(std::string what) { trace_.push_back(std::move(what)); }

    // What clients ask (clients.cpp). False: none of them is free to.
    bool submit(store::Operation& operation);
    bool cancel(Witness& witness, Place place);
    bool ask_astray();
    void hear_answers();
    Witness& witness_of_round();
    Witness& any_witness();
    const Worker* worker_on(const Witness& witness) const;

    // What else gets in the way (disturbances.cpp). False: there was nobody to do it to.
    bool disturb(Disturbance what, Place place);
    bool step_upload();
    bool do_chores();
    bool step_other_worker();
    bool release_one();
    bool break_file();
    bool pass_time(Milliseconds time);
    bool start_attempt(Worker& worker);
    void step(Worker& worker);

    // The end of a life (epilogue.cpp).
    void play_epilogue();
    void let_the_week_pass();
    void let_the_month_pass();
    void ask_everything_of_the_ended();
    void read_the_log();
    void settle();

    Random random_;
    Coverage& coverage_;
    Server::Machine machine_;
    Sets sets_;
    std::unique_ptr<Server> server_;
    job::Uuid context_;

    std::array<Worker, Server::worker_count> workers_;
    std::array<bool, Server::client_count> is_client_busy_{};
    bool is_house_busy_ = false;
    bool is_uploader_busy_ = false;
    Uploader uploader_{machine_.disk, sets_};
    std::deque<Cancel> cancels_;
    std::deque<std::unique_ptr<JobAsk>> stray_asks_;
    std::deque<std::unique_ptr<CreateAsk>> creates_;

    std::deque<Witness> witnesses_;
    std::size_t round_begin_ = 0;  ///< the first witness of this round
    std::vector<Planned> plan_;
    std::uint64_t places_ = 0;          ///< passed in this round
    std::vector<const Worker*> stack_;  ///< in whose steps we are, innermost last
    bool is_armed_ = false;
    bool is_in_log_write_ = false;
    bool is_sick_ = false;  ///< in this round the disk fails often
    std::vector<std::string> trace_;
    std::string broken_;
};

}  // namespace belay::sim
