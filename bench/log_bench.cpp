// What does the log cost beside the disk alone, with the same batches?
//
// usage: log_bench DIRECTORY --under-way N [--seconds S] [--body BYTES]
//
// One thread keeps N records of BYTES under way in the store's log (ring, group commit, segments,
// the log's own thread), as a shard does: it appends a batch, tells the log thread once, and sleeps
// until something is durable. Then a bare loop writes groups of exactly the same sizes, in the same
// order, each durable before the next: into a file of zeros, opened as the log opens its segments,
// at the log thread's priority.
// Afterwards the log is read back to its last record. Prints one JSON object.
//
// Segments are used again as soon as they are full, as they are when snapshots keep pace.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>
#include <sys/resource.h>

#include "core/base/check.hpp"
#include "store/log/aligned_buffer.hpp"
#include "store/log/log_thread.hpp"
#include "store/log/recover.hpp"

namespace belay::bench {
namespace {

using store::Lsn;

struct Settings {
    std::string directory;
    std::size_t under_way = 64;
    double seconds = 2;
    std::size_t body_bytes = 192;
};

struct Rate {
    double seconds = 0;
    double processor_seconds = 0;
};

double processor_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// From its making on.
class Meter {
  public:
    explicit Meter(const world::Clock& clock) : clock_(clock), begin_(clock.monotonic()) {}

    Rate read() const {
        return {std::chrono::duration<double>(clock_.monotonic() - begin_).count(),
                processor_seconds() - spent_};
    }

  private:
    const world::Clock& clock_;
    const world::MonotonicTime begin_;
    const double spent_ = processor_seconds();
};

/// The log of a store, without a store around it.
class Log final : public store::LogListener {
  public:
    explicit Log(world::Disk& disk) {
        auto recovery = store::LogRecovery::begin(disk, "the bench's directory");
        check(recovery.has_value(), "an empty directory is a log");
        const auto nothing = [](store::ReplayedFrame&) { return explained<void>(); };
        check(recovery->replay(store::first_lsn, 0, nothing).has_value(), "nothing is replayed");
        auto found = recovery->finish(entropy_, options);
        check(found.has_value(), "the disk has room for a segment");
        constexpr std::size_t ring_bytes = 16UL << 20;
        ring = *store::Ring::make(ring_bytes, 1, found->position.next_lsn);
        supply_ = std::make_unique<store::SegmentSupply>(
            disk, entropy_, options.segment_bytes, options.direct, found->current.header.number,
            found->next_number, std::move(found->sealed));
        check(supply_->refill([] {}).has_value(), "the disk has room for the next segment");
        durable_ = found->position.next_lsn;
        writer = std::make_unique<store::LogWriter>(clock, *ring, *supply_, *this, options,
                                                    found->position, std::move(found->current));
        group_ends.reserve(group_count_expected);
        thread = std::make_unique<store::LogThread>(*writer, *supply_, clock, options.nice);
    }

    void durable(Lsn lsn) noexcept override {
        group_ends.push_back(lsn);
        supply_->release_below(lsn);
        bell.ring();
    }
    void space_freed() noexcept override { bell.ring(); }
    void failed(boost::system::error_code error) noexcept override {
        std::fprintf(stderr, "log_bench: the log failed: %s\n", error.message().c_str());
        std::_Exit(1);
    }

    /// Of each group the size in the stream; after the log thread's end.
    std::vector<std::uint64_t> group_bytes() const {
        std::vector<std::uint64_t> sizes;
        Lsn before = durable_;
        for (const Lsn end : group_ends) {
            sizes.push_back(end - before);
            before = end;
        }
        return sizes;
    }

    static constexpr std::size_t group_count_expected = 1 << 20;
    const world::SystemClock clock;
    const store::LogOptions options;
    store::Doorbell bell;
    std::unique_ptr<store::Ring> ring;
    std::unique_ptr<store::LogWriter> writer;
    std::unique_ptr<store::LogThread> thread;
    std::vector<Lsn> group_ends;  ///< owned by the log thread while there is one

  private:
    world::SystemEntropy entropy_;
    std::unique_ptr<store::SegmentSupply> supply_;
    Lsn durable_ = 0;
};

/// A body of one fact, of `bytes` or a little more.
std::vector<std::byte> body_of(std::size_t bytes) {
    store::Fact fact;
    const std::size_t bare = store::encoded_body_bytes({&fact, 1});
    const std::string value(bytes > bare ? bytes - bare : 1, 'r');
    fact.value = value;
    std::vector<std::byte> body(store::encoded_body_bytes({&fact, 1}));
    store::encode_body(WallTime{}, {&fact, 1}, body);
    return body;
}

/// Two batches, each of half of what may be under way: one forms while the other is written, as in
/// a server whose requests do not all come at once. One at a time is a batch of its own.
class Producer {
  public:
    Producer(Log& log, const Settings& settings, const std::vector<std::byte>& body)
        : log_(log),
          body_(body),
          bytes_(store::frame_bytes(body.size())),
          under_way_max_(settings.under_way * bytes_),
          batch_(std::max<std::uint64_t>(settings.under_way / 2, 1) * bytes_) {}

    Rate run(double seconds) {
        const Meter meter(log_.clock);
        const world::MonotonicTime end =
            log_.clock.monotonic() + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                         std::chrono::duration<double>(seconds));
        while (log_.clock.monotonic() < end) {
            if (!append_batch()) {
                // Rung at each step of D: what became durable since then is found at once.
                log_.bell.sleep(sleep_max);
            } else if (room() >= batch_) {
                wait(stagger);
            }
        }
        while (log_.writer->durable_lsn() != log_.ring->reserved()) {
            log_.bell.sleep(sleep_max);
        }
        return meter.read();
    }

  private:
    /// Long enough for the log thread to wake and to take the first batch for itself.
    static constexpr std::chrono::nanoseconds stagger = std::chrono::microseconds(60);
    static constexpr std::chrono::nanoseconds sleep_max = std::chrono::milliseconds(100);

    std::uint64_t room() const noexcept {
        return under_way_max_ - (log_.ring->reserved() - log_.writer->durable_lsn());
    }

    /// False: there is no room for one.
    bool append_batch() {
        if (room() < batch_) {
            return false;
        }
        for (std::uint64_t appended = 0; appended < batch_; appended += bytes_) {
            check(log_.ring->admit(bytes_), "the ring has room for what may be under way");
            const Lsn lsn = log_.ring->reserve(bytes_);
            std::copy(body_.begin(), body_.end(), log_.ring->body_at(lsn));
            log_.ring->publish(lsn, body_.size());
        }
        log_.thread->ring();
        return true;
    }

    void wait(std::chrono::nanoseconds time) const {
        const world::MonotonicTime end = log_.clock.monotonic() + time;
        while (log_.clock.monotonic() < end) {
        }
    }

    Log& log_;
    const std::vector<std::byte>& body_;
    const std::uint64_t bytes_;
    const std::uint64_t under_way_max_;
    const std::uint64_t batch_;
};

Rate write_bare(world::Disk& disk, const Log& log, const std::vector<std::uint64_t>& groups) {
    auto opened = disk.open("bare", {.mode = world::Open::truncate, .direct = true});
    if (opened.has_error()) {
        opened = disk.open("bare", {.mode = world::Open::truncate, .direct = false});
    }
    check(opened.has_value(), "the bench can write");
    world::File& file = **opened;
    store::AlignedBuffer buffer(limits::group_bytes_max);
    for (std::uint64_t at = 0; at < log.options.segment_bytes; at += buffer.span().size()) {
        check(file.write_at(at, buffer.span()).has_value(), "the disk has room");
    }
    check(file.sync().has_value(), "the zeros are on disk");
    std::fill(buffer.span().begin(), buffer.span().end(), std::byte{'b'});
    Rate rate;
    std::thread writing([&] {
        // As the log thread; failing costs nothing but sameness.
        (void)::setpriority(PRIO_PROCESS, 0, log.options.nice);
        const Meter meter(log.clock);
        std::uint64_t at = 0;
        for (const std::uint64_t group : groups) {
            const std::uint64_t bytes = store::round_up_to_block(group);
            at = at + bytes > log.options.segment_bytes ? 0 : at;
            check(file.write_at(at, buffer.span().first(bytes)).has_value() &&
                      file.sync().has_value(),
                  "a write is durable");
            at += bytes;
        }
        rate = meter.read();
    });
    writing.join();
    check(disk.remove("bare").has_value(), "the file goes");
    return rate;
}

/// Is every record that was said to be durable in the log, as far as its segments were kept?
void read_back(world::Disk& disk, Lsn end) {
    auto recovery = store::LogRecovery::begin(disk, "the bench's directory");
    check(recovery.has_value() && !recovery->inventory().segments.empty(), "the log is there");
    const Lsn start = recovery->inventory().segments.front().header.base_lsn;
    const auto any = [](store::ReplayedFrame&) { return explained<void>(); };
    const auto replayed = recovery->replay(start, 0, any);
    check(replayed.has_value() && replayed->next_lsn == end && replayed->frames > 0,
          "the log ends behind its last durable record");
}

int run(const Settings& settings) {
    std::filesystem::remove_all(settings.directory);
    const auto made = world::open_posix_disk(settings.directory);
    check(made.has_value(), "the bench's directory can be made");
    world::Disk& disk = **made;
    const std::vector<std::byte> body = body_of(settings.body_bytes);
    Log log(disk);
    const Rate logged = Producer(log, settings, body).run(settings.seconds);
    check(log.thread->stop(), "the log did not fail");
    const Lsn end = log.writer->durable_lsn();
    read_back(disk, end);
    std::vector<std::uint64_t> groups = log.group_bytes();
    const Rate bare = write_bare(disk, log, groups);
    const std::size_t bytes = store::frame_bytes(body.size());
    std::uint64_t stream_bytes = 0;
    std::uint64_t written_bytes = 0;
    for (const std::uint64_t group : groups) {
        stream_bytes += group;
        written_bytes += store::round_up_to_block(group);
    }
    std::sort(groups.begin(), groups.end());
    const auto records = static_cast<double>(stream_bytes / bytes);
    const auto group_count = static_cast<double>(groups.size());
    std::printf(
        "{\"direct\":%s,\"under_way\":%zu,\"record_bytes\":%zu,\"records\":%.0f,\"groups\":%zu,"
        "\"records_per_group\":%.1f,\"group_bytes_p50\":%llu,\"group_bytes_max\":%llu,"
        "\"written_bytes_per_group\":%.0f,"
        "\"log_per_second\":%.1f,\"log_cpu_us_per_group\":%.2f,"
        "\"bare_per_second\":%.1f,\"bare_cpu_us_per_group\":%.2f,\"bare_us_per_write\":%.2f}\n",
        log.writer->is_direct() ? "true" : "false", settings.under_way, bytes, records,
        groups.size(), records / group_count,
        static_cast<unsigned long long>(groups[groups.size() / 2]),
        static_cast<unsigned long long>(groups.back()),
        static_cast<double>(written_bytes) / group_count, records / logged.seconds,
        logged.processor_seconds * 1e6 / group_count, records / bare.seconds,
        bare.processor_seconds * 1e6 / group_count, bare.seconds * 1e6 / group_count);
    return 0;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    belay::bench::Settings settings;
    CLI::App app("What does the log cost beside the disk alone, with the same batches?");
    app.add_option("directory", settings.directory, "is emptied")->required();
    app.add_option("--under-way", settings.under_way)->check(CLI::Range(1, 16'384));
    app.add_option("--seconds", settings.seconds);
    app.add_option("--body", settings.body_bytes)->check(CLI::Range(1, 512));
    CLI11_PARSE(app, count, arguments);
    return belay::bench::run(settings);
}
