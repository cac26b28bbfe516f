#include "store/log/committer.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

#include "store/log/facts.hpp"

namespace belay::store {
namespace {

using Kind = CommitStep::Kind;
constexpr auto mark_delay = std::chrono::milliseconds(10);

struct Machine {
    Machine()
        : ring(*Ring::make(1024 * 1024, 1, first_lsn)),
          position{.segment = {.state = SegmentState::recovered,
                               .number = 1,
                               .size = segment_bytes_min,
                               .salt = 5,
                               .base_lsn = first_lsn,
                               .durable_lsn = first_lsn}},
          committer(*ring, position, mark_delay) {}

    Lsn publish(std::size_t body_bytes) {
        const Lsn lsn = ring->reserve(frame_bytes(body_bytes));
        ring->publish(lsn, body_bytes);
        return lsn;
    }

    CommitStep next() { return committer.next(now); }
    /// The next step must be of this kind, and succeeds.
    CommitStep succeed(Kind kind) {
        const CommitStep step = next();
        BOOST_TEST_REQUIRE((step.kind == kind));
        committer.completed(now);
        committer.give_back();
        return step;
    }

    std::unique_ptr<Ring> ring;
    LogPosition position;
    Committer committer;
    world::MonotonicTime now{std::chrono::seconds(1)};
};

SegmentHeader second_segment() {
    return {.state = SegmentState::prepared,
            .number = 2,
            .previous = 1,
            .size = segment_bytes_min,
            .salt = 6};
}

BOOST_AUTO_TEST_SUITE(committer)

BOOST_AUTO_TEST_CASE(an_empty_log_sleeps_without_end) {
    Machine machine;
    const CommitStep step = machine.next();
    BOOST_TEST((step.kind == Kind::sleep));
    BOOST_TEST((step.until == world::MonotonicTime::max()));
}

BOOST_AUTO_TEST_CASE(d_moves_when_the_write_succeeds_and_not_before) {
    Machine machine;
    machine.publish(100);
    machine.publish(100);
    const CommitStep step = machine.next();
    BOOST_TEST((step.kind == Kind::write_group));
    BOOST_TEST(step.offset == segment_data_offset);
    BOOST_TEST(step.bytes.size() == 4096U);
    BOOST_TEST(machine.committer.durable_lsn() == first_lsn);
    BOOST_TEST(machine.ring->fill() == 2 * frame_bytes(100));
    // Published while the write is under way: it waits for the next group.
    machine.publish(200);
    machine.committer.completed(machine.now);
    BOOST_TEST(machine.committer.durable_lsn() == first_lsn + 2 * frame_bytes(100));
    BOOST_TEST(machine.ring->fill() == 2 * frame_bytes(100) + frame_bytes(200));
    machine.committer.give_back();
    BOOST_TEST(machine.ring->fill() == frame_bytes(200));
    // What is published and not durable stays, however often.
    machine.committer.give_back();
    BOOST_TEST(machine.ring->fill() == frame_bytes(200));
    const CommitStep second = machine.succeed(Kind::write_group);
    BOOST_TEST(second.offset == segment_data_offset + 4096U);
    BOOST_TEST(machine.committer.counts().frames == 3U);
    BOOST_TEST(machine.committer.counts().groups == 2U);
}

BOOST_AUTO_TEST_CASE(frames_are_stamped_with_place_chain_and_the_d_before_their_group) {
    Machine machine;
    std::uint64_t chain = 0;
    Lsn lsn = first_lsn;
    Lsn durable = first_lsn;
    for (int group = 0; group < 3; ++group) {
        machine.publish(100);
        machine.publish(3000);
        const CommitStep step = machine.next();
        std::size_t at = 0;
        for (int frame = 0; frame < 2; ++frame) {
            const FramePlace place{.segment = 1,
                                   .offset = step.offset + static_cast<std::uint32_t>(at),
                                   .lsn = lsn,
                                   .chain = chain};
            BOOST_TEST((check_frame(step.bytes.subspan(at), place, 5) == FrameCheck::valid));
            const FrameHeader header = load_frame_header(step.bytes.data() + at);
            BOOST_TEST(header.durable_lsn == durable);
            chain = header.header_checksum;
            at += header.length;
            lsn += header.length;
        }
        machine.committer.completed(machine.now);
        durable = machine.committer.durable_lsn();
    }
}

BOOST_AUTO_TEST_CASE(a_mark_follows_idleness_once) {
    Machine machine;
    machine.publish(100);
    machine.succeed(Kind::write_group);
    CommitStep step = machine.next();
    BOOST_TEST((step.kind == Kind::sleep));
    BOOST_TEST((step.until == machine.now + mark_delay));
    machine.now += mark_delay;
    step = machine.succeed(Kind::write_mark);
    BOOST_TEST(step.offset == mark_offset(2));
    const Mark mark = *decode_mark(step.bytes, machine.position.segment, 0);
    BOOST_TEST(mark.durable_lsn == machine.committer.durable_lsn());
    BOOST_TEST((machine.next().until == world::MonotonicTime::max()));
    machine.publish(100);
    machine.succeed(Kind::write_group);
    machine.now += mark_delay;
    BOOST_TEST(machine.succeed(Kind::write_mark).offset == mark_offset(3));
}

BOOST_AUTO_TEST_CASE(a_failure_is_final) {
    Machine machine;
    machine.publish(100);
    BOOST_TEST((machine.next().kind == Kind::write_group));
    machine.committer.failed();
    machine.publish(100);
    for (int again = 0; again < 3; ++again) {
        BOOST_TEST((machine.next().kind == Kind::failed));
    }
    machine.committer.stop();
    BOOST_TEST((machine.next().kind == Kind::failed));
    BOOST_TEST(machine.committer.durable_lsn() == first_lsn);
}

BOOST_AUTO_TEST_CASE(a_group_never_spans_segments) {
    Machine machine;
    const std::size_t large = limits::frame_bytes_max - frame_header_bytes;
    machine.publish(large);
    machine.succeed(Kind::write_group);  // the smallest segment is full now
    machine.publish(100);
    BOOST_TEST((machine.next().kind == Kind::need_segment));
    BOOST_TEST((machine.next().kind == Kind::need_segment));
    machine.committer.offer_segment(second_segment());
    const CommitStep enter = machine.succeed(Kind::enter_segment);
    const SegmentHeader header = *decode_segment_header(enter.bytes);
    BOOST_TEST((header.state == SegmentState::continued));
    BOOST_TEST(header.previous == 1U);
    BOOST_TEST(header.base_lsn == first_lsn + limits::frame_bytes_max);
    BOOST_TEST(header.durable_lsn == header.base_lsn);
    // The old segment names the new one only when that has its header, and before it has a frame.
    const CommitStep seal = machine.succeed(Kind::seal_segment);
    const Mark mark = *decode_mark(seal.bytes, machine.position.segment, 0);
    BOOST_TEST(mark.next_segment == 2U);
    const CommitStep group = machine.succeed(Kind::write_group);
    BOOST_TEST(group.offset == segment_data_offset);
    BOOST_TEST((check_frame(group.bytes,
                            {.segment = 2,
                             .offset = segment_data_offset,
                             .lsn = header.base_lsn,
                             .chain = header.chain},
                            6) == FrameCheck::valid));
}

BOOST_AUTO_TEST_CASE(a_group_ends_at_the_last_frame_that_fits) {
    Machine machine;
    const std::size_t body = 40'000;
    for (int frame = 0; frame < 5; ++frame) {
        machine.publish(body);
    }
    const CommitStep first = machine.succeed(Kind::write_group);
    BOOST_TEST(first.bytes.size() == round_up_to_block(3 * frame_bytes(body)));
    machine.committer.offer_segment(second_segment());
    machine.succeed(Kind::enter_segment);
    machine.succeed(Kind::seal_segment);
    machine.succeed(Kind::write_group);
    BOOST_TEST(machine.ring->fill() == 0U);
}

BOOST_AUTO_TEST_CASE(a_stop_writes_what_is_published_then_the_footer) {
    Machine machine;
    const Lsn lsn = machine.publish(100);
    machine.committer.stop();
    machine.succeed(Kind::write_group);
    const CommitStep step = machine.succeed(Kind::write_group);
    const FrameHeader footer = load_frame_header(step.bytes.data());
    BOOST_TEST(footer.type == static_cast<std::uint8_t>(FrameType::footer));
    BOOST_TEST(footer.lsn == lsn + frame_bytes(100));
    BOOST_TEST(footer.durable_lsn == footer.lsn);
    BOOST_TEST((machine.next().kind == Kind::finished));
    BOOST_TEST(machine.committer.durable_lsn() == footer.lsn);
}

BOOST_AUTO_TEST_CASE(a_footer_without_room_goes_to_the_next_segment) {
    Machine machine;
    machine.publish(limits::frame_bytes_max - frame_header_bytes);
    machine.committer.stop();
    machine.succeed(Kind::write_group);
    BOOST_TEST((machine.next().kind == Kind::need_segment));
    machine.committer.offer_segment(second_segment());
    machine.succeed(Kind::enter_segment);
    machine.succeed(Kind::seal_segment);
    BOOST_TEST(machine.succeed(Kind::write_group).offset == segment_data_offset);
    BOOST_TEST((machine.next().kind == Kind::finished));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store
