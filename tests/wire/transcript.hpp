// What a connection would see in a stream of bytes, as text: one line a request or refusal. Equal
// streams must give equal transcripts, however they are cut.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "http/wire/chunked.hpp"
#include "http/wire/framing.hpp"
#include "http/wire/request_head_parser.hpp"

namespace belay::test {

struct Event {
    int status = 0;    ///< of a refusal; 0 for a whole request
    std::string text;  ///< everything that the parser said
    wire::Method method = wire::Method::unknown;
};

class Transcript {
  public:
    /// `memory` as RequestHeadParser takes it.
    explicit Transcript(wire::HeadMemory* memory = nullptr) noexcept : parser_({}, memory) {}

    static constexpr std::uint64_t body_bytes_max = 1024 * 1024;

    /// `bytes` is the whole stream so far, at any address; it is never shorter than before.
    void deliver(std::string_view bytes);

    const std::vector<Event>& events() const noexcept { return events_; }
    /// Refused, between requests, within a head, or within a body.
    std::string_view ending() const;
    /// Everything above in one text, for comparison.
    std::string text() const;

  private:
    enum class State { head, length, chunked, refused };

    bool take_head(std::string_view rest);
    bool take_length(std::string_view rest);
    bool take_chunked(std::string_view rest);
    void refuse(wire::WireError error);
    void finish_request();

    State state_ = State::head;
    std::size_t taken_ = 0;
    wire::RequestHeadParser parser_;
    wire::RequestHead head_;
    wire::ChunkedDecoder decoder_;
    std::uint64_t length_left_ = 0;
    Event event_;
    std::vector<Event> events_;
};

}  // namespace belay::test
