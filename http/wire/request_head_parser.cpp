#include "http/wire/request_head_parser.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/check.hpp"
#include "http/wire/chars.hpp"
#include "http/wire/plain_field_line.hpp"
#include "http/wire/target.hpp"

namespace belay::wire {
namespace {

constexpr std::size_t limit_bytes_max = 1024 * 1024;
constexpr std::size_t method_bytes_max = 32;
constexpr std::size_t version_bytes = 8;  // HTTP/1.1

Method method_of(std::string_view text) noexcept {
    switch (text.size()) {
        case 3:
            return text == "GET" ? Method::get : text == "PUT" ? Method::put : Method::unknown;
        case 4:
            return text == "POST" ? Method::post : text == "HEAD" ? Method::head : Method::unknown;
        case 5:
            return text == "PATCH"   ? Method::patch
                   : text == "TRACE" ? Method::trace
                                     : Method::unknown;
        case 6:
            return text == "DELETE" ? Method::delete_ : Method::unknown;
        case 7:
            return text == "OPTIONS"   ? Method::options
                   : text == "CONNECT" ? Method::connect
                                       : Method::unknown;
        default:
            return Method::unknown;
    }
}

/// `error`, unless the line holds a carriage return, which is then the better explanation.
WireError or_bare_return(std::string_view line, WireError error) noexcept {
    return line.find('\r') == std::string_view::npos ? error : WireError::bare_carriage_return;
}

WireError parse_version(std::string_view text, Version& version) noexcept {
    if (text.size() != version_bytes || !text.starts_with("HTTP/") || !is_digit(text[5]) ||
        text[6] != '.' || !is_digit(text[7])) {
        return WireError::malformed_version;
    }
    if (text[5] != '1') {
        return WireError::unsupported_version;
    }
    version = text[7] == '0' ? Version::http_1_0 : Version::http_1_1;
    return WireError::none;
}

/// Without a branch for each byte, unlike token_size.
bool only_token_chars(std::string_view text) noexcept {
    std::uint8_t common = chars::token;
    for (const char byte : text) {
        common &= chars::classes[static_cast<unsigned char>(byte)];
    }
    return common != 0;
}

std::size_t token_size(std::string_view line) noexcept {
    std::size_t size = 0;
    while (size < line.size() && is_token_char(line[size])) {
        ++size;
    }
    return size;
}

WireError name_error(std::string_view line, std::size_t name_size) noexcept {
    if (name_size > 0 && name_size < line.size() && is_blank(line[name_size])) {
        const std::size_t next = line.find_first_not_of(" \t", name_size);
        if (next != std::string_view::npos && line[next] == ':') {
            return WireError::space_before_colon;
        }
    }
    return or_bare_return(line, WireError::malformed_field_name);
}

}  // namespace

RequestHeadParser::RequestHeadParser(const RequestHeadLimits& limits, HeadMemory* memory) noexcept
    : limits_(limits), memory_(memory) {
    // Positions in a head are 32 bits wide.
    check(limits.request_line_bytes_max <= limit_bytes_max &&
              limits.field_section_bytes_max <= limit_bytes_max &&
              limits.field_count_max <= fields_max,
          "the limits of a head are within what a head can hold");
}

HeadProgress RequestHeadParser::parse(std::string_view buffer, RequestHead& head) noexcept {
    if (phase_ == Phase::refused) {
        return HeadProgress::refused;
    }
    head.rebase(buffer.data());
    while (true) {
        if (phase_ == Phase::before_request_line && line_ < buffer.size()) {
            const char first = buffer[line_];
            // A request line can only begin with a method: other protocols are told at once.
            if (!is_token_char(first) && first != '\r') {
                return refuse(first == '\n' ? WireError::bare_line_feed
                                            : WireError::malformed_method);
            }
        }
        // Of a line that did not come whole no byte is looked at twice: it goes the other way.
        while (phase_ == Phase::fields && scanned_ == line_ &&
               (take_known_field_line(buffer, head) || take_plain_field_line(buffer, head))) {
        }
        const char* from = buffer.data() + scanned_;
        const void* found =
            scanned_ < buffer.size() ? std::memchr(from, '\n', buffer.size() - scanned_) : nullptr;
        if (found == nullptr) {
            return line_unfinished(buffer);
        }
        const auto line_feed =
            static_cast<std::uint32_t>(static_cast<const char*>(found) - buffer.data());
        const bool last = take_line(buffer.substr(line_, line_feed - line_), head);
        if (error_ != WireError::none) {
            return refuse(error_);
        }
        line_ = scanned_ = line_feed + 1;
        if (last) {
            head.size_ = line_;
            *this = RequestHeadParser(limits_, memory_);
            return HeadProgress::complete;
        }
        if (phase_ == Phase::fields && fields_ == 0) {
            fields_ = line_;
        }
    }
}

HeadProgress RequestHeadParser::refuse(WireError error) noexcept {
    error_ = error;
    phase_ = Phase::refused;
    return HeadProgress::refused;
}

/// The limits are judged here exactly as take_line judges them once the line feed is there, so that
/// a line's fate does not depend on how much of it has come.
HeadProgress RequestHeadParser::line_unfinished(std::string_view buffer) noexcept {
    if (phase_ == Phase::before_request_line) {
        if (buffer.size() - line_ > limits_.request_line_bytes_max + 1) {
            return refuse(WireError::request_line_too_long);
        }
    } else if (buffer.size() - fields_ >= limits_.field_section_bytes_max) {
        return refuse(WireError::field_section_too_large);
    }
    scanned_ = static_cast<std::uint32_t>(buffer.size());
    return HeadProgress::need_more;
}

/// `line` is without its line feed. Sets error_, or says whether it was the last of the head.
bool RequestHeadParser::take_line(std::string_view line, RequestHead& head) noexcept {
    const bool before = phase_ == Phase::before_request_line;
    if (before && line.size() > limits_.request_line_bytes_max + 1) {
        error_ = WireError::request_line_too_long;
        return false;
    }
    if (!before && line_ + line.size() + 1 - fields_ > limits_.field_section_bytes_max) {
        error_ = WireError::field_section_too_large;
        return false;
    }
    if (!line.ends_with('\r')) {
        error_ = WireError::bare_line_feed;
        return false;
    }
    line.remove_suffix(1);
    if (line.empty() && before) {
        if (++empty_lines_ > empty_lines_max) {
            error_ = WireError::too_many_empty_lines;
        }
        return false;
    }
    if (before) {
        error_ = take_request_line(line, head);
        phase_ = Phase::fields;
        return false;
    }
    error_ = line.empty() ? finish(head) : take_field_line(line, head);
    return line.empty();
}

WireError RequestHeadParser::take_request_line(std::string_view line, RequestHead& head) noexcept {
    head.clear();
    const std::size_t method_size = token_size(line);
    if (method_size > method_bytes_max) {
        return WireError::method_too_long;
    }
    if (method_size == line.size()) {
        return WireError::malformed_request_line;
    }
    if (method_size == 0 || line[method_size] != ' ') {
        return or_bare_return(line, WireError::malformed_method);
    }
    const std::string_view method = line.substr(0, method_size);
    const std::string_view rest = line.substr(method_size + 1);
    const std::size_t target_size = rest.find(' ');
    if (target_size == std::string_view::npos || target_size == 0) {
        return or_bare_return(line, WireError::malformed_request_line);
    }
    const std::string_view target = rest.substr(0, target_size);
    head.method_ = method_of(method);
    if (const WireError error = parse_version(rest.substr(target_size + 1), head.version_);
        error != WireError::none) {
        return or_bare_return(line, error);
    }
    Target parts;
    if (const WireError error = parse_target(target, head.method_, parts);
        error != WireError::none) {
        return or_bare_return(line, error);
    }
    const auto slice = [&head](std::string_view part) {
        return part.empty()
                   ? RequestHead::Slice{}
                   : RequestHead::Slice{static_cast<std::uint32_t>(part.data() - head.begin_),
                                        static_cast<std::uint32_t>(part.size())};
    };
    head.method_text_ = slice(method);
    head.target_ = slice(target);
    head.target_form_ = parts.form;
    head.path_ = slice(parts.path);
    head.query_ = slice(parts.query);
    head.has_query_ = parts.has_query;
    head.authority_ = slice(parts.authority);
    return WireError::none;
}

WireError RequestHeadParser::take_field_line(std::string_view line, RequestHead& head) noexcept {
    if (is_blank(line.front())) {
        return WireError::folded_field_line;
    }
    const std::size_t name_size = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, name_size);
    const FieldName known = field_name_of(name);  // of a known name every byte is a tchar
    if (name_size == 0 || name_size == line.size() ||
        (known == FieldName::other && !only_token_chars(name))) {
        return name_error(line, token_size(line));
    }
    if (head.field_count_ == limits_.field_count_max) {
        return WireError::too_many_fields;
    }
    const std::string_view value = trim_blanks(line.substr(name_size + 1));
    if (!is_field_value(value)) {
        return or_bare_return(value, WireError::malformed_field_value);
    }
    add_field(name, value, known, head);
    return WireError::none;
}

void RequestHeadParser::add_field(std::string_view name, std::string_view value, FieldName known,
                                  RequestHead& head) const noexcept {
    head.add_field({{line_, static_cast<std::uint32_t>(name.size())},
                    {static_cast<std::uint32_t>(value.data() - head.begin_),
                     static_cast<std::uint32_t>(value.size())},
                    known});
}

bool RequestHeadParser::has_room_for_field_line(std::size_t size,
                                                const RequestHead& head) const noexcept {
    return head.field_count_ < limits_.field_count_max &&
           line_ + size - fields_ <= limits_.field_section_bytes_max;
}

/// False, and nothing taken: another line stood here before.
bool RequestHeadParser::take_known_field_line(std::string_view buffer, RequestHead& head) noexcept {
    if (memory_ == nullptr) {
        return false;
    }
    const HeadMemory::Line* line = memory_->find(head.field_count_, buffer.substr(line_));
    if (line == nullptr || !has_room_for_field_line(line->size, head)) {
        return false;
    }
    head.add_field(
        {{line_, line->name_size}, {line_ + line->value_begin, line->value_size}, line->known});
    line_ = scanned_ = line_ + line->size;
    return true;
}

/// False, and nothing taken: the line is an unusual one, or wrong, or not there yet, which
/// take_line tells apart.
bool RequestHeadParser::take_plain_field_line(std::string_view buffer, RequestHead& head) noexcept {
    const std::optional<PlainFieldLine> line = plain_field_line(buffer.substr(line_));
    if (!line || line->name.empty() || !has_room_for_field_line(line->size, head)) {
        return false;
    }
    const FieldName known = field_name_of(line->name);
    if (known == FieldName::other && !only_token_chars(line->name)) {
        return false;
    }
    if (memory_ != nullptr && line->size <= UINT16_MAX) {
        const auto narrow = [](std::size_t size) { return static_cast<std::uint16_t>(size); };
        memory_->keep(head.field_count_, buffer.substr(line_),
                      {.size = narrow(line->size),
                       .name_size = narrow(line->name.size()),
                       .value_begin =
                           narrow(static_cast<std::size_t>(line->value.data() - line->name.data())),
                       .value_size = narrow(line->value.size()),
                       .known = known});
    }
    add_field(line->name, line->value, known, head);
    line_ = scanned_ = line_ + static_cast<std::uint32_t>(line->size);
    return true;
}

/// What only the whole head can tell: RFC 9112 3.2 on Host.
WireError RequestHeadParser::finish(RequestHead& head) noexcept {
    if (head.repeated(FieldName::host)) {
        return WireError::host_repeated;
    }
    const std::optional<std::string_view> host = head.value(FieldName::host);
    if (!host) {
        return head.version_ == Version::http_1_1 ? WireError::host_missing : WireError::none;
    }
    if (memory_ == nullptr || !memory_->is_sound_host(*host)) {
        if (!is_host_and_port(*host)) {
            return WireError::host_malformed;
        }
        if (memory_ != nullptr) {
            memory_->keep_sound_host(*host);
        }
    }
    if (head.authority_.size == 0) {
        head.authority_ = head.fields_[head.first_[RequestHead::position(FieldName::host)]].value;
    }
    return WireError::none;
}

}  // namespace belay::wire
