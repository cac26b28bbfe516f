#include "http/wire/chunked.hpp"

#include <algorithm>
#include <cstring>

#include "http/wire/chars.hpp"

namespace belay::wire {

ChunkedDecoder::Step ChunkedDecoder::step(std::string_view input) noexcept {
    std::size_t at = 0;
    while (at < input.size()) {
        if (state_ == State::finished || state_ == State::refused) {
            break;
        }
        if (state_ == State::data) {
            const std::uint64_t here = std::min<std::uint64_t>(chunk_left_, input.size() - at);
            const std::string_view payload = input.substr(at, static_cast<std::size_t>(here));
            chunk_left_ -= here;
            payload_bytes_ += here;
            if (chunk_left_ == 0) {
                state_ = State::data_return;
            }
            return {ChunkedProgress::payload, at + payload.size(), payload};
        }
        error_ = take(input[at]);
        if (error_ == WireError::none) {
            error_ = count_overhead();
        }
        if (error_ != WireError::none) {
            state_ = State::refused;
            break;
        }
        ++at;
    }
    const auto progress = state_ == State::finished  ? ChunkedProgress::finished
                          : state_ == State::refused ? ChunkedProgress::refused
                                                     : ChunkedProgress::need_more;
    return {progress, at, {}};
}

ChunkedDecoder::InPlace ChunkedDecoder::decode_in_place(std::span<char> buffer) noexcept {
    std::size_t read = 0;
    std::size_t written = 0;
    while (true) {
        const Step next = step({buffer.data() + read, buffer.size() - read});
        read += next.consumed;
        if (next.progress != ChunkedProgress::payload) {
            return {next.progress, read, written};
        }
        // The payload lies before `read`, and never before what is already written.
        std::memmove(buffer.data() + written, next.payload.data(), next.payload.size());
        written += next.payload.size();
    }
}

/// One byte that is not payload.
WireError ChunkedDecoder::take(char byte) noexcept {
    switch (state_) {
        case State::size_first:
        case State::size:
        case State::size_line_feed:
            return take_size(byte);
        case State::before_extension:
        case State::extension_begin:
        case State::extension_name:
        case State::after_name:
        case State::value_begin:
        case State::value_token:
        case State::value_quoted:
        case State::value_escape:
        case State::value_closed:
            return take_extension(byte);
        case State::data_return:
            state_ = State::data_line_feed;
            return byte == '\r' ? WireError::none : WireError::chunk_end_malformed;
        case State::data_line_feed:
            state_ = State::size_first;
            return byte == '\n' ? WireError::none : WireError::chunk_end_malformed;
        case State::trailer_begin:
        case State::trailer_name:
        case State::trailer_value:
        case State::trailer_line_feed:
        case State::last_line_feed:
            return take_trailer(byte);
        case State::data:
        case State::finished:
        case State::refused:
            break;
    }
    return WireError::chunk_size_malformed;
}

WireError ChunkedDecoder::take_size(char byte) noexcept {
    if (state_ == State::size_line_feed) {
        state_ = chunk_left_ == 0 ? State::trailer_begin : State::data;
        return byte == '\n' ? WireError::none : WireError::chunk_size_malformed;
    }
    if (is_hex_digit(byte)) {
        if (chunk_left_ >> 60 != 0) {
            return WireError::chunk_size_too_large;
        }
        chunk_left_ = chunk_left_ << 4 | hex_value(byte);
        state_ = State::size;
        return chunk_left_ > limits_.payload_bytes_max - payload_bytes_
                   ? WireError::chunk_size_too_large
                   : WireError::none;
    }
    if (state_ == State::size_first) {
        return WireError::chunk_size_malformed;
    }
    if (byte == '\r') {
        state_ = State::size_line_feed;
    } else if (byte == ';') {
        state_ = State::extension_begin;
    } else if (is_blank(byte)) {
        state_ = State::before_extension;
    } else {
        return WireError::chunk_size_malformed;
    }
    return WireError::none;
}

/// *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] ) and the CR after it.
WireError ChunkedDecoder::take_extension(char byte) noexcept {
    if (++extension_bytes_ > limits_.extension_bytes_max) {
        return WireError::chunk_extensions_too_large;
    }
    const auto go = [this](State next) {
        state_ = next;
        return WireError::none;
    };
    const auto refuse = [] { return WireError::chunk_extension_malformed; };
    // What may follow a complete name or value.
    const auto end = [&](State after_blank) {
        return byte == ';'      ? go(State::extension_begin)
               : byte == '\r'   ? go(State::size_line_feed)
               : is_blank(byte) ? go(after_blank)
                                : refuse();
    };
    switch (state_) {
        case State::before_extension:
            return is_blank(byte) ? WireError::none
                   : byte == ';'  ? go(State::extension_begin)
                                  : WireError::chunk_size_malformed;
        case State::extension_begin:
            return is_blank(byte)        ? WireError::none
                   : is_token_char(byte) ? go(State::extension_name)
                                         : refuse();
        case State::extension_name:
            return is_token_char(byte) ? WireError::none
                   : byte == '='       ? go(State::value_begin)
                                       : end(State::after_name);
        case State::after_name:
            return is_blank(byte) ? WireError::none
                   : byte == '='  ? go(State::value_begin)
                   : byte == ';'  ? go(State::extension_begin)
                                  : refuse();
        case State::value_begin:
            return is_blank(byte)        ? WireError::none
                   : byte == '"'         ? go(State::value_quoted)
                   : is_token_char(byte) ? go(State::value_token)
                                         : refuse();
        case State::value_token:
            return is_token_char(byte) ? WireError::none : end(State::before_extension);
        case State::value_quoted:
            return byte == '"'                          ? go(State::value_closed)
                   : byte == '\\'                       ? go(State::value_escape)
                   : is_class(byte, chars::quoted_text) ? WireError::none
                                                        : refuse();
        case State::value_escape:
            return is_class(byte, chars::field_value) ? go(State::value_quoted) : refuse();
        case State::value_closed:
            return end(State::before_extension);
        default:
            return refuse();
    }
}

/// *( field-name ":" field-value CRLF ) CRLF. Nothing of it is kept.
WireError ChunkedDecoder::take_trailer(char byte) noexcept {
    if (++trailer_bytes_ > limits_.trailer_bytes_max) {
        return WireError::trailer_too_large;
    }
    switch (state_) {
        case State::trailer_begin:
            state_ = byte == '\r' ? State::last_line_feed : State::trailer_name;
            return byte == '\r' || is_token_char(byte) ? WireError::none
                                                       : WireError::trailer_malformed;
        case State::trailer_name:
            if (byte == ':') {
                state_ = State::trailer_value;
                return WireError::none;
            }
            return is_token_char(byte) ? WireError::none : WireError::trailer_malformed;
        case State::trailer_value:
            if (byte == '\r') {
                state_ = State::trailer_line_feed;
                return WireError::none;
            }
            return is_class(byte, chars::field_value) ? WireError::none
                                                      : WireError::trailer_malformed;
        case State::trailer_line_feed:
            state_ = State::trailer_begin;
            return byte == '\n' ? WireError::none : WireError::trailer_malformed;
        default:
            state_ = State::finished;
            return byte == '\n' ? WireError::none : WireError::trailer_malformed;
    }
}

WireError ChunkedDecoder::count_overhead() noexcept {
    ++overhead_bytes_;
    return overhead_bytes_ > limits_.overhead_bytes_max &&
                   overhead_bytes_ / limits_.overhead_factor > payload_bytes_
               ? WireError::chunk_overhead_too_large
               : WireError::none;
}

}  // namespace belay::wire
