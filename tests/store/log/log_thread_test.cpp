#include "store/log/log_thread.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "store/log/facts.hpp"
#include "tests/store/log/log_rig.hpp"

namespace belay::store {
namespace {

constexpr std::size_t lanes = 4;
constexpr std::uint64_t per_lane = 1500;

/// Wakes every lane at each flush; a lane sleeps on its doorbell as a shard does in epoll.
class Lanes final : public LogListener {
  public:
    void durable(Lsn) noexcept override { wake_all(); }
    void space_freed() noexcept override { wake_all(); }
    void failed(boost::system::error_code) noexcept override {
        failures.fetch_add(1);
        wake_all();
    }

    void wake_all() noexcept {
        for (Doorbell& bell : bells) {
            bell.ring();
        }
    }

    Doorbell bells[lanes];
    std::atomic<int> failures{0};
};

struct Running {
    explicit Running(world::SimDisk& disk) {
        auto recovery = LogRecovery::begin(disk, "DIR");
        BOOST_TEST_REQUIRE(recovery.has_value());
        BOOST_TEST_REQUIRE(
            recovery->replay(first_lsn, 0, [](ReplayedFrame&) { return explained<void>(); })
                .has_value());
        auto log = recovery->finish(entropy, options);
        BOOST_TEST_REQUIRE(log.has_value());
        ring = *Ring::make(4 * lanes * limits::frame_bytes_max, lanes, log->position.next_lsn);
        supply = std::make_unique<SegmentSupply>(disk, entropy, options.segment_bytes,
                                                 options.direct, log->current.header.number,
                                                 log->next_number, std::move(log->sealed));
        writer = std::make_unique<LogWriter>(clock, *ring, *supply, listener, options,
                                             log->position, std::move(log->current));
        thread = std::make_unique<LogThread>(*writer, *supply, clock, options.nice);
    }

    world::SystemClock clock;
    world::SeededEntropy entropy{1};
    LogOptions options{.segment_bytes = 512 * 1024};
    Lanes listener;
    std::unique_ptr<Ring> ring;
    std::unique_ptr<SegmentSupply> supply;
    std::unique_ptr<LogWriter> writer;
    std::unique_ptr<LogThread> thread;
};

/// Appends frames, waiting for every eighth to be durable; ends when the log has failed.
void run_lane(Running& log, std::size_t lane, std::vector<Lsn>& acknowledged) {
    Doorbell& bell = log.listener.bells[lane];
    for (std::uint64_t count = 0; count < per_lane; ++count) {
        Fact fact;
        fact.record.id.octets[0] = static_cast<std::uint8_t>(lane);
        fact.number = count;
        const std::string value((lane * 31 + count) * 17 % 2000, 'v');
        fact.value = value;
        const std::size_t body = encoded_body_bytes({&fact, 1});
        const std::size_t bytes = frame_bytes(body);
        while (!log.ring->admit(bytes) && !log.ring->register_waiter_and_admit(bytes)) {
            if (log.writer->has_failed()) {
                return;
            }
            bell.sleep(std::chrono::milliseconds(100));
        }
        const Lsn lsn = log.ring->reserve(bytes);
        encode_body(WallTime{}, {&fact, 1}, {log.ring->body_at(lsn), body});
        log.ring->publish(lsn, body);
        log.thread->ring();
        if (count % 8 != 0) {
            continue;  // several in flight
        }
        while (log.writer->durable_lsn() < lsn + bytes) {
            if (log.writer->has_failed()) {
                return;
            }
            bell.sleep(std::chrono::milliseconds(100));
        }
        acknowledged.push_back(lsn);
    }
}

void run_lanes(Running& log, std::vector<Lsn>* acknowledged) {
    std::vector<std::thread> threads;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        threads.emplace_back([&, lane] { run_lane(log, lane, acknowledged[lane]); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

BOOST_AUTO_TEST_SUITE(log_thread)

BOOST_AUTO_TEST_CASE(what_many_lanes_append_is_all_there_and_in_order) {
    world::SimDisk disk(1);
    {
        Running log(disk);
        std::vector<Lsn> acknowledged[lanes];
        run_lanes(log, acknowledged);
        BOOST_TEST(log.thread->stop());
        BOOST_TEST(log.writer->durable_lsn() == log.ring->reserved());
        BOOST_TEST(log.writer->statistics().frames.load() == lanes * per_lane);
        BOOST_TEST(log.writer->statistics().segments.load() > 2U);
        BOOST_TEST(log.ring->fill() == 0U);
    }
    std::uint64_t next[lanes] = {};
    auto recovery = LogRecovery::begin(disk, "DIR");
    const auto summary = recovery->replay(first_lsn, 0, [&](ReplayedFrame& frame) {
        Fact fact;
        BOOST_TEST_REQUIRE(frame.facts.next(fact));
        BOOST_TEST_REQUIRE(fact.number == next[fact.record.id.octets[0]]++);
        return explained<void>();
    });
    BOOST_TEST_REQUIRE(summary.has_value(), summary.error().what);
    BOOST_TEST((summary->tail == TailDecision::clean_end));
    BOOST_TEST(summary->frames == lanes * per_lane);
}

BOOST_AUTO_TEST_CASE(a_failing_disk_wakes_everybody_and_acknowledges_nothing_more) {
    world::SimDisk disk(2);
    std::vector<Lsn> acknowledged[lanes];
    {
        Running log(disk);
        disk.fail({.call = world::SimCall::write, .nth = 5, .path = segment_temporary_path(1)},
                  boost::system::errc::io_error);
        run_lanes(log, acknowledged);
        BOOST_TEST(!log.thread->stop());
        BOOST_TEST(log.listener.failures.load() == 1);
    }
    disk.power_loss(3);
    disk.restart();
    std::vector<Lsn> seen;
    auto recovery = LogRecovery::begin(disk, "DIR");
    const auto summary = recovery->replay(first_lsn, 0, [&](ReplayedFrame& frame) {
        seen.push_back(frame.lsn);
        return explained<void>();
    });
    BOOST_TEST_REQUIRE(summary.has_value(), summary.error().what);
    for (const auto& lane : acknowledged) {
        for (const Lsn lsn : lane) {
            BOOST_TEST_REQUIRE(std::binary_search(seen.begin(), seen.end(), lsn));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_idle_log_names_its_end_by_itself) {
    world::SimDisk disk(3);
    Running log(disk);
    std::vector<Lsn> acknowledged;
    const std::size_t body = encoded_body_bytes({});
    const Lsn lsn = log.ring->reserve(frame_bytes(body));
    encode_body(WallTime{}, {}, {log.ring->body_at(lsn), body});
    log.ring->publish(lsn, body);
    log.thread->ring();
    while (log.writer->statistics().marks.load() == 0) {
        std::this_thread::yield();
    }
    BOOST_TEST(log.writer->durable_lsn() == lsn + frame_bytes(body));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
