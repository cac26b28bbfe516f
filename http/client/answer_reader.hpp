// Reads the bytes of a connection as the answer to one request: interim answers are skipped, the
// body is kept up to a size. No I/O.
//
// The head is read by Beast's parser. The body is not: Beast 1.81 asserts, in every build that
// keeps assertions, when an empty chunked body comes in pieces ("0\r\n", "\r"), so a peer could end
// the process; and it lets chunks be nothing but overhead. wire's own decoder does neither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/wire/chunked.hpp"

namespace belay::client {

class AnswerReader {
  public:
    enum class Progress : std::uint8_t {
        need_more,
        finished,   ///< the answer is whole
        cut,        ///< its body is longer than what is kept
        broken,     ///< not an answer of HTTP/1.1, or its end is missing
        too_large,  ///< the head has no end, or there are too many interim answers
    };

    static constexpr unsigned interim_answers_max = 8;

    AnswerReader(bool is_answer_to_head, std::uint32_t head_bytes_max, std::size_t body_bytes_max);

    /// What came, in order and in any pieces, until the answer is finished, cut or wrong.
    Progress take(std::string_view bytes);

    /// The connection has ended in order.
    Progress take_end() const;

    // Once finished or cut.

    int status() const { return static_cast<int>(parser_->get().result_int()); }

    /// The value of a field of the head, the first if it came more than once; empty if it did not.
    std::string_view field(std::string_view name) const;

    std::string take_body() noexcept { return std::move(body_); }

    /// Of a finished answer: the connection may be used again, as nothing came after it.
    bool leaves_open() const { return parser_->keep_alive() && !has_surplus_; }

  private:
    using Parser = boost::beast::http::response_parser<boost::beast::http::empty_body>;

    void begin_message();
    Progress take_head();
    Progress take_body_bytes(std::string_view bytes);
    Progress take_chunked(std::string_view bytes);
    Progress take_counted(std::string_view bytes);
    /// False if there is more than what is kept.
    bool keep(std::string_view payload);
    Progress finish(std::string_view surplus) noexcept;

    const bool is_answer_to_head_;
    const std::uint32_t head_bytes_max_;
    const std::size_t body_bytes_max_;
    std::optional<Parser> parser_;
    std::string head_;  ///< what came of it and was not parsed yet
    bool in_body_ = false;
    wire::ChunkedDecoder chunked_;
    std::uint64_t left_ = 0;  ///< of a body of known length
    std::string body_;
    bool has_surplus_ = false;
    unsigned interim_answers_ = 0;
};

}  // namespace belay::client
