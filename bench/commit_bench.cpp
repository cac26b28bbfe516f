// What does a durable cancel cost at the store's interface, beside the bare disk?
//
// usage: commit_bench [DIRECTORY]      (default: build/bench-data; made, and emptied of its log)
//
// One thread keeps `depth` cancels of distinct jobs, each with a key, in flight; beside it, in the
// same run and in turn, a loop of durable 4 KiB writes to one file. Prints the median of the
// rounds, with their lowest and highest. Not comparable between machines: the ratio is the result.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/exports/decide.hpp"
#include "http/families/families.hpp"
#include "store/blocking_lane.hpp"

namespace belay {
namespace {

constexpr int rounds = 5;
constexpr std::size_t cancels_per_round = 20'000;
constexpr std::size_t writes_per_round = 1'000;
constexpr std::array<std::size_t, 5> depths{1, 16, 64, 256, 1024};

class Stop final : public store::FailureListener {
    void log_failed(boost::system::error_code error) noexcept override {
        std::fprintf(stderr, "the log failed: %s\n", error.message().c_str());
        std::abort();
    }
};

/// The bench's thread never sleeps: it polls.
class NoWaker final : public store::Waker {
    void wake() noexcept override {}
};

/// Makes a job, then cancels it under a key of its own.
class Move final : public store::Operation {
  public:
    void aim(const job::Uuid& id, bool cancel, std::size_t& done) {
        cancel_ = cancel;
        done_ = &done;
        id_ = id;
        const job::RecordId subject{exports::export_job_kind, id};
        set_subjects({&subject, 1});
        if (cancel) {
            key_ = "bench:" + job::format_uuid(id);
            set_key(key_);
        }
    }

    void decide(const store::View& view, store::Draft& draft) override {
        value_.clear();
        if (!cancel_) {
            exports::encode(exports::make_job({}, {}, exports::ReportType::matched,
                                              exports::Format::csv, {}, view.now),
                            value_);
            draft.put(0, as_byte_span(value_));
            return;
        }
        const auto job = exports::decode_job(view.subjects[0]->value);
        const exports::Standing standing{id_, view.subjects[0]->lsn, *job};
        const auto decision =
            exports::decide(&standing, {.ask = exports::Ask::cancel}, view.now, {});
        exports::encode(decision.next, value_);
        draft.put(0, as_byte_span(value_));
        draft.remember({{}, 200, view.now + std::chrono::hours(168), answer});
    }

    void done(const store::Receipt& receipt) noexcept override {
        check(receipt.status == store::Status::committed, "every move of the bench commits");
        ++*done_;
        is_free = true;
    }

    bool is_free = true;

  private:
    static constexpr std::string_view answer =
        R"({"id":"01a2050e-de89-7235-a1a5-f6f83e5d49c6","reportType":"MATCHED","format":"CSV",)"
        R"("status":"CANCELED","recordsWritten":0,"bytesWritten":0,)"
        R"("createdAt":"2026-11-22T20:59:50Z","finishedAt":"2026-11-22T20:59:50Z",)"
        R"("expiresAt":"2026-11-29T20:59:50Z"})";

    bool cancel_ = false;
    std::size_t* done_ = nullptr;
    job::Uuid id_;
    std::string key_;
    std::string value_;
};

/// Runs a move for each id, `depth` at a time; seconds.
double run(store::Lane& lane, const world::Clock& clock, std::vector<Move>& moves,
           std::span<const job::Uuid> ids, bool cancel, std::size_t depth) {
    std::size_t done = 0;
    std::size_t next = 0;
    const world::MonotonicTime begin = clock.monotonic();
    while (done < ids.size()) {
        for (std::size_t at = 0; at < depth && next < ids.size(); ++at) {
            if (moves[at].is_free) {
                moves[at].is_free = false;
                moves[at].aim(ids[next++], cancel, done);
                lane.submit(moves[at]);
            }
        }
        lane.end_turn();
        lane.poll();
    }
    return std::chrono::duration<double>(clock.monotonic() - begin).count();
}

double bare_writes(world::Disk& disk, const world::Clock& clock) {
    world::OpenOptions options{world::Open::truncate, true};
    auto file = disk.open("bare", options);
    if (file.has_error()) {
        options.direct = false;
        file = disk.open("bare", options);
    }
    check(file.has_value(), "the bench can write");
    void* memory = std::aligned_alloc(4096, 4096);
    const std::unique_ptr<void, void (*)(void*)> owner(memory, &std::free);
    std::fill_n(static_cast<char*>(memory), 4096, 'b');
    const ByteSpan block(static_cast<const std::byte*>(memory), 4096);
    // Zeroed once before the clock starts, as the log's segments are.
    for (std::size_t at = 0; at < writes_per_round; ++at) {
        check((*file)->write_at(at * 4096, block).has_value(), "the bench can write");
    }
    const world::MonotonicTime begin = clock.monotonic();
    for (std::size_t at = 0; at < writes_per_round; ++at) {
        check((*file)->write_at(at * 4096, block).has_value() && (*file)->sync().has_value(),
              "the bench can write");
    }
    return std::chrono::duration<double>(clock.monotonic() - begin).count();
}

struct Spread {
    double low;
    double median;
    double high;
};

Spread spread_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return {values.front(), values[values.size() / 2], values.back()};
}

int measure(const std::string& directory) {
    std::filesystem::remove_all(directory);
    const auto disk = world::open_posix_disk(directory);
    check(disk.has_value(), "the bench's directory can be made");
    const world::SystemClock clock;
    world::SystemEntropy entropy;
    world::SystemEntropy ids_entropy;
    Stop stop;
    auto store = store::Store::open(**disk, clock, entropy, families::schema(), {}, stop);
    if (store.has_error()) {
        std::fprintf(stderr, "commit_bench: %s\n", store.error().what.c_str());
        return 1;
    }
    {
        NoWaker nobody_sleeps;
        store::Lane lane = (*store)->open_lane(nobody_sleeps);
        std::vector<Move> moves(depths.back());
        std::printf("durability: %s; %zu cancels a round, %d rounds\n",
                    (*store)->recovery().direct ? "direct I/O" : "fdatasync", cancels_per_round,
                    rounds);
        std::printf("%8s %14s %22s %10s\n", "depth", "cancels/s", "low..high", "vs bare");
        for (const std::size_t depth : depths) {
            std::vector<double> rates;
            std::vector<double> ratios;
            for (int round = 0; round < rounds; ++round) {
                std::vector<job::Uuid> ids(
                    std::max<std::size_t>(cancels_per_round / 20, depth * 4));
                if (depth > 1) {
                    ids.resize(cancels_per_round);
                }
                for (job::Uuid& id : ids) {
                    std::array<std::uint8_t, 10> random;
                    ids_entropy.fill(std::as_writable_bytes(std::span(random)));
                    id = job::make_uuid_v7(clock.wall(), random);
                }
                run(lane, clock, moves, ids, false, depths.back());
                const double bare =
                    static_cast<double>(writes_per_round) / bare_writes(**disk, clock);
                const double rate =
                    static_cast<double>(ids.size()) / run(lane, clock, moves, ids, true, depth);
                rates.push_back(rate);
                ratios.push_back(rate / bare);
            }
            const Spread rate = spread_of(rates);
            std::printf("%8zu %14.0f %10.0f..%10.0f %10.2f\n", depth, rate.median, rate.low,
                        rate.high, spread_of(ratios).median);
        }
    }
    (void)(*store)->close();
    return 0;
}

}  // namespace
}  // namespace belay

int main(int count, char** arguments) {
    return belay::measure(count > 1 ? arguments[1] : "build/bench-data");
}
