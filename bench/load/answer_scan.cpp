#include "bench/load/answer_scan.hpp"

#include <algorithm>
#include <charconv>

namespace belay::bench {
namespace {

constexpr std::string_view end_of_line = "\r\n";
constexpr std::string_view length_name = "content-length:";

bool begins_with_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char found) {
               const bool is_upper = found >= 'A' && found <= 'Z';
               return wanted == (is_upper ? static_cast<char>(found + ('a' - 'A')) : found);
           });
}

std::optional<std::size_t> number_of(std::string_view text) noexcept {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data()) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

ScannedAnswer scan_answer(std::string_view input) noexcept {
    using Kind = ScannedAnswer::Kind;
    const std::size_t head_end = input.find("\r\n\r\n");
    if (head_end == std::string_view::npos) {
        return {};
    }
    std::string_view head = input.substr(0, head_end + end_of_line.size());
    constexpr std::string_view version = "HTTP/1.1 ";
    if (!head.starts_with(version)) {
        return {.kind = Kind::broken};
    }
    const std::optional<std::size_t> status = number_of(head.substr(version.size(), 3));
    if (!status || *status < 200 || *status > 599) {
        return {.kind = Kind::broken};
    }
    std::size_t length = 0;
    for (;;) {
        const std::size_t line_end = head.find(end_of_line);
        if (line_end == std::string_view::npos) {
            break;
        }
        const std::string_view line = head.substr(0, line_end);
        if (begins_with_ignoring_case(line, length_name)) {
            const auto found = number_of(line.substr(length_name.size()));
            if (!found) {
                return {.kind = Kind::broken};
            }
            length = *found;
        }
        head.remove_prefix(line_end + end_of_line.size());
    }
    const std::size_t body_begin = head_end + 4;
    if (input.size() - body_begin < length) {
        return {};
    }
    return {Kind::whole, static_cast<int>(*status), body_begin + length,
            input.substr(body_begin, length)};
}

ScannedAnswer scan_redis_answer(std::string_view input) noexcept {
    using Kind = ScannedAnswer::Kind;
    const std::size_t line_end = input.find(end_of_line);
    if (line_end == std::string_view::npos) {
        return {};
    }
    const char type = input.front();
    const std::string_view line = input.substr(1, line_end - 1);
    const std::size_t body_begin = line_end + end_of_line.size();
    if (type == '+' || type == '-' || type == ':') {
        return {Kind::whole, type == '-' ? 500 : 200, body_begin, line};
    }
    const std::optional<std::size_t> length = number_of(line);
    if (type != '$' || !length) {
        return {.kind = Kind::broken};
    }
    if (input.size() - body_begin < *length + end_of_line.size()) {
        return {};
    }
    return {Kind::whole, 200, body_begin + *length + end_of_line.size(),
            input.substr(body_begin, *length)};
}

std::optional<std::string_view> text_member(std::string_view body, std::string_view name) noexcept {
    constexpr std::string_view then = "\":\"";
    for (std::size_t at = body.find(name); at != std::string_view::npos;
         at = body.find(name, at + 1)) {
        std::string_view rest = body.substr(at + name.size());
        if (at == 0 || body[at - 1] != '"' || !rest.starts_with(then)) {
            continue;
        }
        rest.remove_prefix(then.size());
        const std::size_t end = rest.find('"');
        if (end == std::string_view::npos) {
            break;
        }
        return rest.substr(0, end);
    }
    return std::nullopt;
}

}  // namespace belay::bench
