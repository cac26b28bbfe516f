#include "http/client/answer_reader.hpp"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace belay::client {

namespace beast_http = boost::beast::http;

AnswerReader::AnswerReader(bool is_answer_to_head, std::uint32_t head_bytes_max,
                           std::size_t body_bytes_max)
    : is_answer_to_head_(is_answer_to_head),
      head_bytes_max_(head_bytes_max),
      body_bytes_max_(body_bytes_max) {
    begin_message();
}

void AnswerReader::begin_message() {
    parser_.emplace();
    parser_->header_limit(head_bytes_max_);
    parser_->body_limit(boost::none);
    parser_->skip(is_answer_to_head_);
}

AnswerReader::Progress AnswerReader::take(std::string_view bytes) {
    if (in_body_) {
        return take_body_bytes(bytes);
    }
    head_ += bytes;
    if (const Progress progress = take_head(); progress != Progress::finished) {
        return progress;
    }
    in_body_ = true;
    left_ = parser_->content_length().value_or(0);
    const std::string rest = std::exchange(head_, {});
    return take_body_bytes(rest);
}

/// finished: the final answer's head is.
AnswerReader::Progress AnswerReader::take_head() {
    while (!head_.empty()) {
        boost::system::error_code error;
        const std::size_t parsed = parser_->put(boost::asio::buffer(head_), error);
        head_.erase(0, parsed);
        if (error == beast_http::error::need_more) {
            return Progress::need_more;
        }
        if (error) {
            return error == beast_http::error::header_limit ? Progress::too_large
                                                            : Progress::broken;
        }
        if (status() >= 200) {
            return Progress::finished;
        }
        // 101 would be the end of HTTP on this connection, and nobody asked for it.
        if (status() < 100 || status() == 101) {
            return Progress::broken;
        }
        if (++interim_answers_ > interim_answers_max) {
            return Progress::too_large;
        }
        begin_message();
    }
    return Progress::need_more;
}

AnswerReader::Progress AnswerReader::take_body_bytes(std::string_view bytes) {
    if (parser_->is_done()) {
        return finish(bytes);
    }
    if (parser_->chunked()) {
        return take_chunked(bytes);
    }
    if (parser_->need_eof()) {
        return keep(bytes) ? Progress::need_more : Progress::cut;
    }
    return take_counted(bytes);
}

AnswerReader::Progress AnswerReader::take_chunked(std::string_view bytes) {
    for (;;) {
        const wire::ChunkedDecoder::Step step = chunked_.step(bytes);
        bytes.remove_prefix(step.consumed);
        switch (step.progress) {
            case wire::ChunkedProgress::need_more:
                return Progress::need_more;
            case wire::ChunkedProgress::payload:
                if (!keep(step.payload)) {
                    return Progress::cut;
                }
                break;
            case wire::ChunkedProgress::finished:
                return finish(bytes);
            case wire::ChunkedProgress::refused:
                return Progress::broken;
        }
    }
}

AnswerReader::Progress AnswerReader::take_counted(std::string_view bytes) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    left_ -= size;
    if (!keep(bytes.substr(0, size))) {
        return Progress::cut;
    }
    return left_ == 0 ? finish(bytes.substr(size)) : Progress::need_more;
}

bool AnswerReader::keep(std::string_view payload) {
    const std::size_t size = std::min(body_bytes_max_ - body_.size(), payload.size());
    body_ += payload.substr(0, size);
    return size == payload.size();
}

AnswerReader::Progress AnswerReader::finish(std::string_view surplus) noexcept {
    has_surplus_ = !surplus.empty();
    return Progress::finished;
}

AnswerReader::Progress AnswerReader::take_end() const {
    return in_body_ && parser_->need_eof() ? Progress::finished : Progress::broken;
}

std::string_view AnswerReader::field(std::string_view name) const {
    const auto value = parser_->get()[boost::beast::string_view(name.data(), name.size())];
    return {value.data(), value.size()};
}

}  // namespace belay::client
