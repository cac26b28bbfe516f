#include "store/log/committer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/check.hpp"
#include "store/log/frame.hpp"

namespace belay::store {
namespace {

/// A step without a write.
CommitStep step_of(CommitStep::Kind kind,
                   world::MonotonicTime until = world::MonotonicTime::max()) {
    return {.kind = kind, .offset = 0, .bytes = {}, .until = until};
}

}  // namespace

Committer::Committer(Ring& ring, const LogPosition& position, std::chrono::nanoseconds mark_delay,
                     std::size_t group_bytes_max)
    : ring_(ring),
      staging_(round_up_to_block(std::max(group_bytes_max, limits::frame_bytes_max))),
      mark_delay_(mark_delay),
      segment_(position.segment),
      offset_(position.offset),
      mark_sequence_(position.mark_sequence),
      next_lsn_(position.next_lsn),
      chain_(position.chain),
      durable_lsn_(position.next_lsn),
      given_back_(position.next_lsn),
      named_lsn_(position.segment.durable_lsn) {
    check(offset_ >= segment_data_offset && offset_ % limits::block_bytes == 0,
          "a group starts on a fresh block");
}

CommitStep Committer::next(world::MonotonicTime now) {
    check(state_ == State::idle || state_ == State::finished || state_ == State::failed,
          "the last step was answered");
    if (state_ != State::idle) {
        return step_of(state_ == State::failed ? CommitStep::Kind::failed
                                               : CommitStep::Kind::finished);
    }
    if (entered_) {
        // The header is durable before the old segment says that there is a next one, and both are
        // before the first group in it: a missing segment is noticed, and a crash here is not taken
        // for one.
        return write_mark(State::seal, CommitStep::Kind::seal_segment, offered_->number);
    }
    if (!ring_.published_at(next_lsn_).empty()) {
        return write_group();
    }
    if (stopping_) {
        return write_footer();
    }
    return idle(now);
}

CommitStep Committer::idle(world::MonotonicTime now) {
    if (named_lsn_ == durable_lsn_) {
        return step_of(CommitStep::Kind::sleep);
    }
    const world::MonotonicTime due = idle_since_ + mark_delay_;
    if (now < due) {
        return step_of(CommitStep::Kind::sleep, due);
    }
    return write_mark(State::mark, CommitStep::Kind::write_mark, 0);
}

CommitStep Committer::write_group() {
    const std::size_t bytes = stage_frames();
    if (bytes == 0) {
        return enter_segment();
    }
    return write_step(CommitStep::Kind::write_group, State::group, offset_, bytes);
}

std::size_t Committer::room() const noexcept {
    return std::min<std::uint64_t>(staging_.size(), segment_.size - offset_);
}

std::size_t Committer::stage_frames() {
    const std::size_t room_bytes = room();
    std::size_t staged = 0;
    staged_frames_ = 0;
    staged_end_ = next_lsn_;
    staged_chain_ = chain_;
    // Not what is appended meanwhile: to run after the lanes would keep the disk idle, and those
    // waiting who came first. The frame that was seen published was reserved before, so it is
    // below.
    const Lsn limit = ring_.reserved();
    while (staged_end_ < limit) {
        const ByteSpan frame = ring_.published_at(staged_end_);
        if (frame.empty() || staged + frame.size() > room_bytes) {
            break;
        }
        check(frame.size() <= limits::frame_bytes_max && frame.size() % frame_header_bytes == 0,
              "a published frame has the size of a frame");
        std::memcpy(staging_.data() + staged, frame.data(), frame.size());
        const FramePlace place{.segment = segment_.number,
                               .offset = offset_ + static_cast<std::uint32_t>(staged),
                               .lsn = staged_end_,
                               .chain = staged_chain_};
        staged_chain_ = stamp_frame(staging_.span().subspan(staged, frame.size()), place,
                                    durable_lsn_, segment_.salt);
        staged += frame.size();
        staged_end_ += frame.size();
        ++staged_frames_;
    }
    return staged;
}

CommitStep Committer::write_footer() {
    if (room() < frame_header_bytes) {
        return enter_segment();
    }
    FrameHeader footer;
    footer.length = frame_header_bytes;
    footer.type = static_cast<std::uint8_t>(FrameType::footer);
    store_frame_header(staging_.data(), footer);
    stamp_frame(staging_.span().first(frame_header_bytes),
                {.segment = segment_.number, .offset = offset_, .lsn = next_lsn_, .chain = chain_},
                durable_lsn_, segment_.salt);
    return write_step(CommitStep::Kind::write_group, State::footer, offset_, frame_header_bytes);
}

CommitStep Committer::write_mark(State state, CommitStep::Kind kind, std::uint64_t next_segment) {
    const Mark mark{
        .sequence = mark_sequence_ + 1, .durable_lsn = durable_lsn_, .next_segment = next_segment};
    encode_mark(mark, segment_, staging_.span().first(limits::block_bytes));
    return write_step(kind, state, mark_offset(mark.sequence), limits::block_bytes);
}

CommitStep Committer::enter_segment() {
    if (!offered_) {
        return step_of(CommitStep::Kind::need_segment);
    }
    // Everything below next_lsn_ is durable here: one write is under way at a time.
    offered_->state = SegmentState::continued;
    offered_->previous = segment_.number;
    offered_->base_lsn = next_lsn_;
    offered_->chain = chain_;
    offered_->durable_lsn = next_lsn_;
    encode_segment_header(*offered_, staging_.span().first(limits::block_bytes));
    return write_step(CommitStep::Kind::enter_segment, State::header, 0, limits::block_bytes);
}

CommitStep Committer::write_step(CommitStep::Kind kind, State state, std::uint32_t offset,
                                 std::size_t bytes) {
    const std::size_t whole_blocks = round_up_to_block(bytes);
    std::memset(staging_.data() + bytes, 0, whole_blocks - bytes);
    state_ = state;
    staged_bytes_ = whole_blocks;
    return {.kind = kind,
            .offset = offset,
            .bytes = staging_.span().first(whole_blocks),
            .until = world::MonotonicTime::max()};
}

void Committer::offer_segment(const SegmentHeader& prepared) {
    check(!offered_ && prepared.number > segment_.number && prepared.size >= segment_bytes_min,
          "a higher-numbered segment is offered, once");
    offered_ = prepared;
}

void Committer::completed(world::MonotonicTime now) {
    counts_.written_bytes += staged_bytes_;
    idle_since_ = now;
    const State done = std::exchange(state_, State::idle);
    switch (done) {
        case State::group:
            group_completed();
            return;
        case State::mark:
            ++mark_sequence_;
            ++counts_.marks;
            named_lsn_ = durable_lsn_;
            return;
        case State::header:
            entered_ = true;
            return;
        case State::seal:
            entered_ = false;
            move_to_offered();
            return;
        case State::footer:
            offset_ += static_cast<std::uint32_t>(staged_bytes_);
            state_ = State::finished;
            return;
        case State::idle:
        case State::finished:
        case State::failed:
            check(false, "a step was under way");
    }
}

void Committer::group_completed() {
    ++counts_.groups;
    counts_.frames += staged_frames_;
    counts_.frame_bytes += staged_end_ - next_lsn_;
    offset_ += static_cast<std::uint32_t>(staged_bytes_);
    // The group's frames name the D from before it: that one is now on disk.
    named_lsn_ = durable_lsn_;
    next_lsn_ = staged_end_;
    chain_ = staged_chain_;
    durable_lsn_ = staged_end_;
}

void Committer::give_back() noexcept {
    if (given_back_ != durable_lsn_) {
        ring_.release(durable_lsn_);
        given_back_ = durable_lsn_;
    }
}

void Committer::move_to_offered() noexcept {
    segment_ = *offered_;
    offered_.reset();
    offset_ = segment_data_offset;
    mark_sequence_ = 1;  // a prepared segment carries marks 0 and 1
    named_lsn_ = segment_.durable_lsn;
    ++counts_.segments;
}

}  // namespace belay::store
