// Do many cancels on one account wait for one another?
//
// usage: hot_account_bench [DIRECTORY [THREADS]]    (default: build/bench-data, 2)
//
// Transfers are confirmed beforehand, half of them with the money of one account, half with that of
// 10,000, and then cancelled as fast as it goes, each under a key of its own: the act of the route
// at the store's interface, without HTTP. A round cancels both kinds, in turn the one and the other
// first. Prints rates and processor time per cancel, of all threads with the log's. Not comparable
// between machines: the ratio is the result.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <time.h>

#include "bench/jobs.hpp"
#include "bench/report.hpp"
#include "core/base/check.hpp"
#include "core/transfers/initiation.hpp"
#include "http/drive/guard_id.hpp"
#include "http/drive/ledger_ids.hpp"
#include "http/drive/transfer_act.hpp"
#include "http/families/transfers/render.hpp"

namespace belay::bench {
namespace {

constexpr int rounds = 7;
constexpr std::size_t cancels_per_round = 20'000;
constexpr std::size_t account_count = 10'000;
constexpr std::size_t depth = 128;  // operations that a thread has under way
constexpr std::int64_t funds = 1'000'000'000'000;
constexpr std::int64_t amount = 10'000;
constexpr std::int64_t fee = 150;
constexpr std::string_view outside_alias = "@external/BRL";
constexpr std::string_view fee_alias = "@external/BRL/fees";

struct Place {
    job::TenantId tenant;
    job::Uuid ledger;
    job::Uuid hot;
    std::vector<job::Uuid> spread;
};

ledger::Transaction transaction_of(const Place& place, std::int64_t value) {
    ledger::Transaction made;
    made.organization = place.tenant;
    made.ledger = place.ledger;
    made.value = {value};
    made.asset = transfers::asset;
    return made;
}

/// One operation after the other, each of one of three deeds.
class Move final : public store::Operation {
  public:
    explicit Move(const Place& place) : place_(place) {}

    void fund(const job::Uuid& account, const job::Uuid& id) {
        start();
        money_ = transaction_of(place_, funds);
        add(ledger::Side::source, http::external_account_id(place_.ledger, outside_alias), funds,
            outside_alias);
        add(ledger::Side::destination, account, funds, "@account");
        http::Subjects subjects;
        ledger_.name(id, money_, ledger::Ask::post, subjects);
        set_subjects(subjects.all());
        deed_ = Deed::fund;
    }

    /// Holds the money of a transfer, as process does.
    void hold(const job::Uuid& sender, const job::Uuid& id) {
        start();
        // No two are alike: the guard against duplicates knows each by itself.
        recipient_ = job::format_uuid(id);
        transfer_ = {};
        transfer_.tenant = place_.tenant;
        transfer_.ledger = place_.ledger;
        transfer_.initiation = id;
        transfer_.sender_account = sender;
        transfer_.counterparty = {"60701190", "0001",        recipient_,
                                  "CACC",     "Maria Silva", "12345678909"};
        transfer_.amount = {amount};
        transfer_.fee = {fee};
        transfer_.ledger_transaction = id;
        transfer_.confirmation_number = "20261118001";
        transfer_.purpose = "10";
        money_ = transaction_of(place_, amount + fee);
        add(ledger::Side::source, sender, amount + fee, "@account");
        add(ledger::Side::destination, http::external_account_id(place_.ledger, outside_alias),
            amount, outside_alias);
        add(ledger::Side::destination, http::external_account_id(place_.ledger, fee_alias), fee,
            fee_alias);
        http::Subjects subjects;
        subject_ = subjects.add({transfers::transfer_kind, id});
        guard_ = subjects.add(http::guard_id(transfer_, value_));
        ledger_.name(id, money_, ledger::Ask::hold, subjects);
        set_subjects(subjects.all());
        deed_ = Deed::hold;
    }

    void cancel(store::Lane& lane, const job::Uuid& id) {
        start();
        id_ = id;
        act_.emplace();
        http::Subjects subjects;
        check(act_->name(lane, id, transfers::Ask::cancel, id, id, subjects), "a transfer");
        set_subjects(subjects.all());
        key_ = "transfers:" + job::format_uuid(id);
        set_key(key_);
        deed_ = Deed::cancel;
    }

    void decide(const store::View& view, store::Draft& draft) override {
        if (deed_ == Deed::cancel) {
            const auto verdict =
                act_->decide(view, draft, {.ask = transfers::Ask::cancel, .reason = "of a bench"});
            check(verdict == job::Verdict::applied, "every transfer is cancelled once");
            answer_.clear();
            transfer_api::render_cancelled(id_, act_->transfer(), {}, answer_);
            draft.remember({{}, 200, view.now + std::chrono::hours(24), answer_});
            return;
        }
        check(ledger_.make(view, draft, money_).moved(), "there is money enough");
        if (deed_ == Deed::hold) {
            transfers::Transfer made = transfer_;
            made.enter(transfers::Phase::created, view.now, {});
            value_.clear();
            encode(made, value_);
            draft.put(subject_, as_byte_span(value_));
            value_.clear();
            encode(transfers::Guard{made.initiation, view.now + std::chrono::minutes(5)}, value_);
            draft.put(guard_, as_byte_span(value_));
        }
    }

    void done(const store::Receipt& receipt) noexcept override {
        check(receipt.status == store::Status::committed, "every move of the bench commits");
        is_free = true;
    }

    bool is_free = true;

  private:
    enum class Deed : std::uint8_t { fund, hold, cancel };

    void start() { is_free = false; }

    void add(ledger::Side side, const job::Uuid& account, std::int64_t value,
             std::string_view alias) {
        // Threads spread over the stripes of the world outside.
        const std::size_t thread = std::hash<std::thread::id>()(std::this_thread::get_id());
        const bool is_outside = alias.starts_with("@external");
        const auto stripe = static_cast<std::uint8_t>(is_outside ? thread % ledger::stripes : 0);
        check(money_.add({side, account, stripe, {value}, alias}), "a leg has room");
    }

    const Place& place_;
    Deed deed_ = Deed::fund;
    job::Uuid id_;
    ledger::Transaction money_;
    transfers::Transfer transfer_;
    http::LedgerAct ledger_;
    std::optional<http::TransferAct> act_;
    std::size_t subject_ = 0;
    std::size_t guard_ = 0;
    std::string recipient_;
    std::string key_;
    std::string value_;
    std::string answer_;
};

/// A thread that waits for the disk sleeps: its time on the processor is that of its work.
class SleepWaker final : public store::Waker {
  public:
    void wake() noexcept override {
        {
            const std::lock_guard lock(mutex_);
            woken_ = true;
        }
        condition_.notify_one();
    }

    void sleep() {
        std::unique_lock lock(mutex_);
        condition_.wait_for(lock, Milliseconds(100), [this] { return woken_; });
        woken_ = false;
    }

  private:
    std::mutex mutex_;
    std::condition_variable condition_;
    bool woken_ = false;
};

double processor_seconds() {
    timespec time{};
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0, "a process has a clock");
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct Taken {
    double seconds;
    double processor;
};

/// Threads with a lane each, which do what they are told to the ids of their share.
class Crew {
  public:
    Crew(store::Store& store, const Place& place, std::size_t threads)
        : store_(store), place_(place), threads_(threads) {}

    /// Calls `aim(move, lane, number)` for each number below `count`; returns when all is durable.
    template <class Aim>
    Taken run(std::size_t count, const Aim& aim) {
        std::latch ready(static_cast<std::ptrdiff_t>(threads_ + 1));
        std::vector<std::thread> crew;
        for (std::size_t thread = 0; thread < threads_; ++thread) {
            crew.emplace_back([&, thread] { work(thread, count, ready, aim); });
        }
        ready.arrive_and_wait();
        const double processor = processor_seconds();
        const world::MonotonicTime begin = clock_.monotonic();
        for (std::thread& each : crew) {
            each.join();
        }
        return {std::chrono::duration<double>(clock_.monotonic() - begin).count(),
                processor_seconds() - processor};
    }

  private:
    template <class Aim>
    void work(std::size_t thread, std::size_t count, std::latch& ready, const Aim& aim) {
        SleepWaker waker;
        store::Lane lane = store_.open_lane(waker);
        std::vector<std::unique_ptr<Move>> moves;
        for (std::size_t at = 0; at < depth; ++at) {
            moves.push_back(std::make_unique<Move>(place_));
        }
        ready.arrive_and_wait();
        std::size_t next = thread;
        while (next < count || lane.pending() != 0) {
            for (const std::unique_ptr<Move>& move : moves) {
                if (move->is_free && next < count) {
                    aim(*move, lane, next);
                    next += threads_;
                    lane.submit(*move);
                }
            }
            lane.end_turn();
            if (lane.about_to_sleep()) {
                waker.sleep();
            }
            lane.woke();
            lane.poll();
        }
    }

    store::Store& store_;
    const Place& place_;
    const std::size_t threads_;
    const world::SystemClock clock_;
};

class Bench {
  public:
    Bench(store::Store& store, std::size_t threads)
        : place_(found()), crew_(store, place_, threads) {
        std::vector<job::Uuid> accounts = place_.spread;
        accounts.push_back(place_.hot);
        const std::vector<job::Uuid> ids = make_ids(accounts.size(), clock_, entropy_);
        crew_.run(ids.size(), [&](Move& move, store::Lane&, std::size_t number) {
            move.fund(accounts[number], ids[number]);
        });
    }

    /// Transfers of one account or of all of them are made and then cancelled.
    Taken cancel(bool is_hot) {
        const std::vector<job::Uuid> ids = make_ids(cancels_per_round, clock_, entropy_);
        crew_.run(ids.size(), [&](Move& move, store::Lane&, std::size_t number) {
            move.hold(is_hot ? place_.hot : place_.spread[number % place_.spread.size()],
                      ids[number]);
        });
        return crew_.run(ids.size(), [&](Move& move, store::Lane& lane, std::size_t number) {
            move.cancel(lane, ids[number]);
        });
    }

  private:
    Place found() {
        Place made;
        const std::vector<job::Uuid> ids = make_ids(3 + account_count, clock_, entropy_);
        made.tenant = ids[0];
        made.ledger = ids[1];
        made.hot = ids[2];
        made.spread.assign(ids.begin() + 3, ids.end());
        return made;
    }

    const world::SystemClock clock_;
    world::SystemEntropy entropy_;
    const Place place_;
    Crew crew_;
};

int measure(const std::string& directory, std::size_t threads) {
    const std::unique_ptr<world::Disk> disk = empty_directory(directory);
    const world::SystemClock clock;
    world::SystemEntropy entropy;
    AbortOnFailure abort_on_failure;
    const auto store = open_store(*disk, clock, entropy, abort_on_failure);
    {
        Bench bench(*store, threads);
        std::vector<double> rates[2];
        std::vector<double> costs[2];
        std::vector<double> ratios;
        for (int round = 0; round < rounds; ++round) {
            for (const bool is_hot : {round % 2 == 0, round % 2 != 0}) {
                const Taken taken = bench.cancel(is_hot);
                rates[is_hot].push_back(cancels_per_round / taken.seconds);
                costs[is_hot].push_back(taken.processor / cancels_per_round * 1e6);
            }
            ratios.push_back(rates[1].back() / rates[0].back());
        }
        std::printf("%zu threads, %zu cancels a round, %d rounds\n", threads, cancels_per_round,
                    rounds);
        std::printf("%16s %12s %22s %20s\n", "accounts", "cancels/s", "low..high",
                    "processor, us each");
        for (const bool is_hot : {true, false}) {
            const Spread rate = spread_of(rates[is_hot]);
            std::printf("%16zu %12.0f %10.0f..%10.0f %20.2f\n", is_hot ? 1 : account_count,
                        rate.median, rate.low, rate.high, spread_of(costs[is_hot]).median);
        }
        const Spread ratio = spread_of(ratios);
        std::printf("one account against many: %.2f (%.2f..%.2f)\n", ratio.median, ratio.low,
                    ratio.high);
    }
    (void)store->close();
    return 0;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    belay::bench::print_setting(count, arguments);
    return belay::bench::measure(count > 1 ? arguments[1] : "build/bench-data",
                                 count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 2);
}
