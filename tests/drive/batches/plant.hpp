// Batch jobs run on a simulated disk in virtual time, and what their rows are sent to: the runners
// on a shard whose clock moves when nothing else does. A plant lives through many processes; each
// ends with a stop, a kill or a loss of power.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/run/shard.hpp"
#include "core/world/disk_sim.hpp"
#include "core/world/entropy.hpp"
#include "http/drive/batches/chores.hpp"
#include "http/drive/batches/runners.hpp"
#include "http/drive/shard_lane.hpp"
#include "store/blocking_lane.hpp"
#include "store/store.hpp"

namespace belay::batch_drive::test {

/// What becomes of sending a row, as the test says.
struct RowScript {
    enum class Kind : std::uint8_t {
        answer,    ///< it is done, and says so
        lose,      ///< it is done, and nobody hears of it
        put_off,   ///< it is not done, and is to come later
        throttle,  ///< likewise, and so are all others
    };

    Kind kind = Kind::answer;
    int status = 200;
    Milliseconds takes{0};
    Milliseconds wait{100};  ///< of put_off, throttle and lose
};

/// What rows are sent to: keeps keys for ever, whatever becomes of the processes that call it.
class Works final : public RowTarget {
  public:
    explicit Works(run::Shard*& shard) noexcept : shard_(shard) {}

    run::task<RowAnswer> send(const RowsOf& rows, const batches::Row& row, std::string_view key,
                              RowTries& tries) override;
    run::task<std::optional<RowAnswer>> settle(const RowsOf& rows, const batches::Row& row,
                                               std::string_view key) override;
    Milliseconds keys_kept(const RowsOf&) const noexcept override { return kept; }

    /// The process ends: nothing of it is under way any more.
    void end_calls();
    void begin_calls() noexcept { is_ended_ = false; }

    // Of a key.
    struct Done {
        int times = 0;  ///< acted on
        int status = 0;
        bool is_claimed = false;  ///< by settle: it never is acted on
        int sends = 0;
    };

    std::map<std::string, Done, std::less<>> keys;
    std::function<RowScript(std::string_view key, int sends)> script;
    /// Called at every send, before anything else.
    std::function<void(const job::Uuid& job, std::string_view key)> on_send;
    Milliseconds kept = std::chrono::hours(24);
    bool settles_unknown = false;  ///< as an upstream, of which settle knows nothing
    std::size_t under_way = 0;
    std::size_t most_under_way = 0;
    std::uint64_t sends = 0;

  private:
    class Wait;

    run::task<> pass(Milliseconds time);

    run::Shard*& shard_;
    std::set<Wait*> waits_;
    bool is_ended_ = false;
};

/// A job as the test made it.
struct Made {
    job::Uuid id;
    job::Uuid upload;
    std::string name;               ///< "batchv2_…"
    std::vector<std::string> rows;  ///< ids of good rows
    std::size_t bad = 0;
    bool is_cancel_answered = false;
};

struct JobWish {
    std::size_t rows = 0;
    bool skips_validation = true;
    std::optional<std::uint16_t> rows_per_second = std::nullopt;
    /// In place of rows.
    std::string text = {};
};

class Plant final : private store::FailureListener, private run::Turn {
    run::Shard* shard_now_ = nullptr;  ///< of the process; before `works`, which refers to it

  public:
    explicit Plant(std::uint64_t seed, const RunnerSettings& settings = {});
    ~Plant();
    Plant(const Plant&) = delete;
    Plant& operator=(const Plant&) = delete;

    enum class End : std::uint8_t { stop, kill, power_loss };

    /// One process: it starts, and whenever it has nothing to do `idle` is called: true ends it.
    /// Otherwise time passes until something is due. False: it could not start, or ended by itself
    /// (the disk crashed).
    bool live(const std::function<bool()>& idle, End end = End::stop);

    // While it lives.

    Made& make(const JobWish& wish);
    /// Answered when it is durable: then `made.is_cancel_answered`.
    void cancel(Made& made);
    /// Likewise, but durable and answered before this returns, whoever is in the midst of what.
    void cancel_now(Made& made);
    /// Somebody else claims the job, whose lease has not ended: durable before this returns.
    void steal_now(const Made& made);
    void do_chores();

    /// The record, if there is one. Its texts are empty.
    std::optional<batches::Job> see(const job::Uuid& id);
    bool has_ended(const Made& made);

    /// Of the output, as far as the record counts it: the status of each row by its id, in the
    /// order of the file.
    std::vector<std::pair<std::string, int>> output(const Made& made);

    world::SimDisk& disk() noexcept { return disk_; }
    world::ManualClock& clock() noexcept { return clock_; }
    world::SeededEntropy& entropy() noexcept { return entropy_; }
    Runners& runners() noexcept { return *runners_; }
    Inbox& inbox() noexcept { return *inbox_; }
    std::size_t dice(std::size_t sides) { return entropy_.number() % sides; }

    Works works;
    RunnerSettings settings;
    std::vector<std::unique_ptr<Made>> jobs;
    /// The inbox is told of nothing: runners find out by themselves.
    bool tells = true;

  private:
    class Ask;

    void log_failed(boost::system::error_code) noexcept override { is_log_failed_ = true; }

    // run::Turn
    bool about_to_block() noexcept override;

    void submit(std::unique_ptr<Ask> ask);
    void settle_store();
    bool open();
    void close(End end);
    void let_time_pass();

    world::SimDisk disk_;
    world::ManualClock clock_;
    world::SeededEntropy entropy_;
    world::SeededEntropy store_entropy_;
    Endpoints endpoints_;
    UploadsUnderWay uploads_;
    std::set<std::unique_ptr<Ask>> asks_;
    const std::function<bool()>* idle_ = nullptr;
    std::function<void()> end_process_;
    bool is_ending_ = false;
    bool is_log_failed_ = false;

    // Of a process.
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<run::Shard> shard_;
    std::unique_ptr<http::ShardLane> lane_;
    std::unique_ptr<store::BlockingLane> chores_lane_;
    std::unique_ptr<http::Background> background_;
    std::unique_ptr<Inbox> inbox_;
    std::unique_ptr<http::EventFeed> events_;
    std::unique_ptr<work::Agenda> agenda_;
    std::unique_ptr<Chores> chores_;
    std::unique_ptr<Runners> runners_;
};

}  // namespace belay::batch_drive::test
