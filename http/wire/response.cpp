#include "http/wire/response.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/check.hpp"
#include "http/wire/chars.hpp"
#include "http/wire/status_line.hpp"

namespace belay::wire {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t digits_max = 20;

void append_number(std::string& to, std::uint64_t value, int base = 10) {
    char digits[digits_max];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
    to.append(digits, end);
}

/// Fields that only this file writes: with any of them written twice, two readers could see two
/// different answers.
bool is_own_field(std::string_view name) noexcept {
    for (const std::string_view own :
         {"date", "connection", "content-length", "transfer-encoding"}) {
        if (equals_ignoring_case(name, own)) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::string_view reason_of(int status) noexcept {
    constexpr std::string_view before = "HTTP/1.1 200 ";
    const std::string_view line = status_line(status);
    return line.empty() ? "Unknown"
                        : line.substr(before.size(), line.size() - before.size() - line_end.size());
}

ResponseWriter::ResponseWriter(std::string& to, const ResponseContext& context, int status)
    : to_(to), context_(context), status_(status) {
    check(status >= 200 && status <= 599, "the status is one of a final answer");
    if (const std::string_view line = status_line(status); !line.empty()) {
        to_.append(line);
    } else {
        to_.append("HTTP/1.1 ");
        append_number(to_, static_cast<std::uint64_t>(status));
        to_.append(" ").append(reason_of(status)).append(line_end);
    }
    if (!context_.date.empty()) {
        to_.append("Date: ").append(context_.date).append(line_end);
    }
}

ResponseWriter& ResponseWriter::field(std::string_view name, std::string_view value) {
    check(is_token(name) && !is_own_field(name), "the field has a name that may be written here");
    append_field(name, value);
    return *this;
}

/// One growth and straight copies: an answer has half a dozen of these.
void ResponseWriter::append_field(std::string_view name, std::string_view value) {
    constexpr std::string_view colon = ": ";
    const std::size_t begin = to_.size();
    to_.resize(begin + name.size() + colon.size() + value.size() + line_end.size());
    char* at = std::copy(name.begin(), name.end(), to_.data() + begin);
    at = std::copy(colon.begin(), colon.end(), at);
    char* const value_end = std::copy(value.begin(), value.end(), at);
    std::copy(line_end.begin(), line_end.end(), value_end);
    if (!is_field_value(value)) {
        std::replace_if(
            at, value_end, [](char byte) { return !is_class(byte, chars::field_value); }, ' ');
    }
}

ResponseWriter& ResponseWriter::field(std::string_view name, std::uint64_t value) {
    char digits[digits_max];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    return field(name, std::string_view(digits, end));
}

void ResponseWriter::body(std::string_view content_type, std::string_view content) {
    if (status_ != 204 && status_ != 304) {
        append_field("Content-Type", content_type);
    }
    if (stream_length(content.size())) {
        to_.append(content);
    }
}

void ResponseWriter::no_body() {
    stream_length(0);
}

bool ResponseWriter::stream_length(std::uint64_t length) {
    if (may_have_length()) {
        to_.append("Content-Length: ");
        append_number(to_, length);
        to_.append(line_end);
    }
    end_head();
    return may_have_body() && length > 0;
}

StreamFraming ResponseWriter::stream() {
    const bool has_body = may_have_body();
    const bool chunks = context_.version == Version::http_1_1;
    if (may_have_length() && chunks) {
        // To HEAD too: the fields are those that GET would get (RFC 9112 6.1).
        to_.append("Transfer-Encoding: chunked\r\n");
    } else if (has_body) {
        context_.keep_alive = false;
    }
    end_head();
    if (!has_body) {
        return StreamFraming::nothing;
    }
    return chunks ? StreamFraming::chunked : StreamFraming::until_close;
}

/// RFC 9110 8.6: never in 204. A 304 would have to name the length that 200 would have had.
bool ResponseWriter::may_have_length() const noexcept {
    return status_ != 204 && status_ != 304;
}

bool ResponseWriter::may_have_body() const noexcept {
    return context_.method != Method::head && status_ != 204 && status_ != 304;
}

void ResponseWriter::end_head() {
    if (!context_.keep_alive) {
        to_.append("Connection: close\r\n");
    } else if (context_.version == Version::http_1_0) {
        to_.append("Connection: keep-alive\r\n");
    }
    to_.append(line_end);
}

std::string_view continue_response() noexcept {
    return "HTTP/1.1 100 Continue\r\n\r\n";
}

void append_chunk(std::string& to, std::string_view content) {
    if (content.empty()) {
        return;
    }
    append_number(to, content.size(), 16);
    to.append(line_end).append(content).append(line_end);
}

void append_last_chunk(std::string& to) {
    to.append("0\r\n\r\n");
}

}  // namespace belay::wire
