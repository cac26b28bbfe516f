#include "tests/wire/transcript.hpp"

#include <algorithm>

namespace belay::test {
namespace {

std::string describe(const wire::RequestHead& head) {
    std::string text(head.method_text());
    text += " form=" + std::to_string(static_cast<int>(head.target_form()));
    text += " target=" + std::string(head.target()) + " path=" + std::string(head.path());
    text += " query=" + (head.has_query() ? std::string(head.query()) : "-");
    text += " authority=" + std::string(head.authority());
    text += head.version() == wire::Version::http_1_0 ? " 1.0" : " 1.1";
    text += " size=" + std::to_string(head.size()) + "\n";
    for (std::size_t at = 0; at < head.field_count(); ++at) {
        const wire::Field field = head.field(at);
        text += std::string(field.name) + "=" + std::string(field.value) + "#" +
                std::to_string(static_cast<int>(field.known)) + "\n";
    }
    return text + "body=";
}

}  // namespace

void Transcript::deliver(std::string_view bytes) {
    bool progress = true;
    while (progress) {
        const std::string_view rest = bytes.substr(taken_);
        switch (state_) {
            case State::head:
                progress = take_head(rest);
                break;
            case State::length:
                progress = take_length(rest);
                break;
            case State::chunked:
                progress = take_chunked(rest);
                break;
            case State::refused:
                return;
        }
    }
}

bool Transcript::take_head(std::string_view rest) {
    const wire::HeadProgress progress = parser_.parse(rest, head_);
    if (progress == wire::HeadProgress::refused) {
        refuse(parser_.error());
        return false;
    }
    if (progress == wire::HeadProgress::need_more) {
        return false;
    }
    event_ = {0, describe(head_), head_.method()};
    taken_ += head_.size();
    const wire::BodyFraming framing = wire::frame_body(head_);
    if (framing.error != wire::WireError::none) {
        refuse(framing.error);
        return false;
    }
    if (framing.length > body_bytes_max) {
        refuse(wire::WireError::content_length_too_large);
        return false;
    }
    switch (framing.kind) {
        case wire::BodyKind::none:
            finish_request();
            break;
        case wire::BodyKind::length:
            length_left_ = framing.length;
            state_ = State::length;
            break;
        case wire::BodyKind::chunked:
            wire::ChunkedLimits limits;
            limits.payload_bytes_max = body_bytes_max;
            decoder_ = wire::ChunkedDecoder(limits);
            state_ = State::chunked;
            break;
    }
    return true;
}

bool Transcript::take_length(std::string_view rest) {
    const auto here = static_cast<std::size_t>(std::min<std::uint64_t>(length_left_, rest.size()));
    event_.text += rest.substr(0, here);
    taken_ += here;
    length_left_ -= here;
    if (length_left_ > 0) {
        return false;
    }
    finish_request();
    return true;
}

bool Transcript::take_chunked(std::string_view rest) {
    const wire::ChunkedDecoder::Step step = decoder_.step(rest);
    taken_ += step.consumed;
    event_.text += step.payload;
    switch (step.progress) {
        case wire::ChunkedProgress::need_more:
            return false;
        case wire::ChunkedProgress::payload:
            return true;
        case wire::ChunkedProgress::finished:
            finish_request();
            return true;
        case wire::ChunkedProgress::refused:
            refuse(decoder_.error());
            return false;
    }
    return false;
}

void Transcript::refuse(wire::WireError error) {
    events_.push_back(
        {wire::status_of(error), std::string(wire::sentence_of(error)), event_.method});
    state_ = State::refused;
}

void Transcript::finish_request() {
    events_.push_back(std::move(event_));
    event_ = {};
    state_ = State::head;
}

std::string_view Transcript::ending() const {
    switch (state_) {
        case State::head:
            return parser_.has_begun() ? "in a head" : "between requests";
        case State::length:
        case State::chunked:
            return "in a body";
        case State::refused:
            break;
    }
    return "refused";
}

std::string Transcript::text() const {
    std::string all;
    for (const Event& event : events_) {
        all += std::to_string(event.status) + " " + event.text + "\n";
    }
    return all.append(ending());
}

}  // namespace belay::test
