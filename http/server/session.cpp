#include "http/server/session.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::http {

using wire::BodyKind;

Session::Step Session::resume(ReadBuffer& in, wire::RequestHead& head) {
    while (true) {
        switch (phase_) {
            case Phase::head:
                return take_head(in, head);
            case Phase::collecting:
                return collect_more(in, head);
            case Phase::discarding:
                if (const Step step = discard_more(in); step != Step::request) {
                    return step;
                }
                break;
            case Phase::refused:
                return Step::refused;
            case Phase::ended:
                return Step::ended;
            case Phase::deciding:
            case Phase::streaming:
                check_failed("a session is resumed when its turn has come",
                             std::source_location::current());
        }
    }
}

Session::WaitsFor Session::waits_for() const noexcept {
    if (phase_ == Phase::head) {
        return parser_.has_begun() ? WaitsFor::head : WaitsFor::request;
    }
    return WaitsFor::body;
}

Session::Step Session::take_head(ReadBuffer& in, wire::RequestHead& head) {
    knows_head_ = false;
    switch (parser_.parse(in.unread_text(), head)) {
        case wire::HeadProgress::need_more:
            return Step::need_bytes;
        case wire::HeadProgress::refused:
            return refuse(parser_.error());
        case wire::HeadProgress::complete:
            break;
    }
    knows_head_ = true;
    framing_ = wire::frame_body(head);
    if (framing_.error != wire::WireError::none) {
        return refuse(framing_.error);
    }
    const wire::Expectation expectation = wire::expectation_of(head);
    if (expectation == wire::Expectation::unknown) {
        return refuse(Trouble::expectation_failed, {});
    }
    keeps_alive_ = wire::wants_keep_alive(head);
    expects_continue_ =
        expectation == wire::Expectation::continue_100 && framing_.kind != BodyKind::none;
    head_bytes_ = head.size();
    joined_bytes_ = 0;
    body_ = {};
    phase_ = Phase::deciding;
    return Step::head;
}

void Session::begin_body(Phase phase, std::uint64_t limit) {
    check(phase_ == Phase::deciding, "the body is decided on once");
    phase_ = phase;
    length_left_ = framing_.kind == BodyKind::length ? framing_.length : 0;
    if (framing_.kind == BodyKind::chunked) {
        wire::ChunkedLimits limits;
        limits.payload_bytes_max = limit;
        chunks_ = wire::ChunkedDecoder(limits);
    } else if (length_left_ > limit) {
        refuse(Trouble::content_too_large, {});
    }
}

void Session::collect(std::uint64_t limit) {
    begin_body(Phase::collecting, limit);
}

void Session::discard(std::uint64_t limit) {
    begin_body(Phase::discarding, limit);
    discard_left_ = limit;
    if (phase_ == Phase::refused) {
        phase_ = Phase::ended;  // its answer has been given; there is no second one
    }
}

void Session::discard_rest(std::uint64_t limit) {
    check(phase_ == Phase::streaming, "the rest is dropped of a body that was streamed");
    head_bytes_ = 0;
    discard_left_ = limit;
    phase_ = length_left_ > limit ? Phase::ended : Phase::discarding;
}

void Session::stream(std::uint64_t limit) {
    begin_body(Phase::streaming, limit);
    if (phase_ == Phase::streaming && framing_.kind == BodyKind::none) {
        next_request();
    }
}

bool Session::take_continue(const ReadBuffer& in) noexcept {
    // A client that has begun to send does not wait any more (RFC 9110 10.1.1).
    const std::size_t before_body = phase_ == Phase::collecting ? head_bytes_ : 0;
    const bool due = expects_continue_ && in.unread_text().size() <= before_body;
    expects_continue_ = false;
    return due;
}

Session::Step Session::collect_more(ReadBuffer& in, wire::RequestHead& head) {
    const std::span<char> bytes = in.unread();
    head.rebase(bytes.data());
    std::size_t request_bytes = head_bytes_;
    std::size_t body_bytes = 0;
    if (framing_.kind == BodyKind::length) {
        body_bytes = static_cast<std::size_t>(framing_.length);
        request_bytes += body_bytes;
        if (bytes.size() < request_bytes) {
            return Step::need_bytes;
        }
    } else if (framing_.kind == BodyKind::chunked) {
        const std::size_t joined_end = head_bytes_ + joined_bytes_;
        const auto decoded = chunks_.decode_in_place(bytes.subspan(joined_end));
        joined_bytes_ += decoded.payload;
        if (decoded.progress == wire::ChunkedProgress::refused) {
            return refuse(chunks_.error());
        }
        if (decoded.progress == wire::ChunkedProgress::need_more) {
            in.cut(head_bytes_ +
                   joined_bytes_);  // the next raw bytes come right behind the payload
            return Step::need_bytes;
        }
        body_bytes = joined_bytes_;
        request_bytes = joined_end + decoded.consumed;
    }
    body_ = {bytes.data() + head_bytes_, body_bytes};
    in.take(request_bytes);
    next_request();
    return Step::request;
}

Session::Step Session::discard_more(ReadBuffer& in) {
    if (head_bytes_ > 0) {
        in.take(head_bytes_);
        head_bytes_ = 0;
    }
    const std::span<char> bytes = in.unread();
    std::size_t dropped = 0;
    bool ended = true;
    if (framing_.kind == BodyKind::length) {
        dropped = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length_left_));
        length_left_ -= dropped;
        ended = length_left_ == 0;
    } else if (framing_.kind == BodyKind::chunked) {
        const auto decoded = chunks_.decode_in_place(bytes);
        dropped = decoded.consumed;
        ended = decoded.progress == wire::ChunkedProgress::finished;
        if (decoded.progress == wire::ChunkedProgress::refused) {
            discard_left_ = 0;
        }
    }
    in.take(dropped);
    // All that was dropped counts, also when the body's end is among it: whether the connection
    // goes on must not depend on how the bytes were cut.
    if (dropped > discard_left_ || (!ended && dropped == discard_left_)) {
        phase_ = Phase::ended;
        return Step::ended;
    }
    discard_left_ -= std::min<std::uint64_t>(dropped, discard_left_);
    if (!ended) {
        return Step::need_bytes;
    }
    next_request();
    return Step::request;
}

Session::Piece Session::take_piece(std::span<char> raw) {
    check(phase_ == Phase::streaming, "a body is taken while it is streamed");
    if (framing_.kind == BodyKind::length) {
        const std::uint64_t taken = std::min<std::uint64_t>(raw.size(), length_left_);
        length_left_ -= taken;
        if (length_left_ == 0) {
            next_request();
        }
        return {static_cast<std::size_t>(taken), static_cast<std::size_t>(taken)};
    }
    const auto decoded = chunks_.decode_in_place(raw);
    if (decoded.progress == wire::ChunkedProgress::refused) {
        refuse(chunks_.error());
    } else if (decoded.progress == wire::ChunkedProgress::finished) {
        next_request();
    }
    return {decoded.consumed, decoded.payload};
}

Session::Step Session::refuse(wire::WireError error) {
    return refuse(trouble_of(wire::status_of(error)), wire::sentence_of(error));
}

Session::Step Session::refuse(Trouble trouble, std::string_view sentence) {
    trouble_ = trouble;
    sentence_ = sentence;
    phase_ = Phase::refused;
    return Step::refused;
}

}  // namespace belay::http
