#include "tests/wire/reference_head.hpp"

#include <regex>
#include <string>
#include <vector>

#include <arpa/inet.h>

namespace belay::test {
namespace {

bool matches(const std::string& text, const std::regex& pattern) {
    return std::regex_match(text, pattern);
}

bool is_ip_literal(const std::string& literal) {
    static const std::regex future("[vV][0-9A-Fa-f]+\\.[A-Za-z0-9._~!$&'()*+,;=:-]+");
    in6_addr address;
    return matches(literal, future) || ::inet_pton(AF_INET6, literal.c_str(), &address) == 1;
}

bool is_authority(const std::string& text, bool port_needed) {
    static const std::regex pattern(
        "(\\[([^\\[\\]]*)\\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(:([0-9]*))?");
    std::smatch match;
    if (!std::regex_match(text, match, pattern)) {
        return false;
    }
    std::string port = match[4].str();
    port.erase(0, port.find_first_not_of('0'));
    if (port.size() > 5 || (port.size() == 5 && port > "65535")) {
        return false;
    }
    if (port_needed && match[4].length() == 0) {
        return false;
    }
    return text.front() != '[' || is_ip_literal(match[2].str());
}

bool is_target(const std::string& method, const std::string& target) {
    static const std::regex path_and_query(
        "(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?"
        "(?:\\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?\\[\\]-]|%[0-9A-Fa-f]{2})*)?");
    static const std::regex absolute("[hH][tT][tT][pP][sS]?://([^/?#]*)(.*)");
    if (method == "CONNECT") {
        return is_authority(target, true);
    }
    if (target.front() == '/') {
        return matches(target, path_and_query);
    }
    if (target == "*") {
        return method == "OPTIONS";
    }
    std::smatch match;
    return std::regex_match(target, match, absolute) && is_authority(match[1].str(), false) &&
           matches(match[2].str(), path_and_query);
}

bool is_request_line(const std::string& line, bool& needs_host) {
    static const std::regex pattern("([!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}) ([^ ]+) HTTP/1\\.([0-9])");
    std::smatch match;
    if (!std::regex_match(line, match, pattern)) {
        return false;
    }
    needs_host = match[3].str() != "0";
    return is_target(match[1].str(), match[2].str());
}

struct NaiveField {
    std::string name;  ///< in lower case
    std::string value;
};

std::optional<NaiveField> read_field(const std::string& line) {
    static const std::regex name_pattern("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || !matches(line.substr(0, colon), name_pattern)) {
        return std::nullopt;
    }
    NaiveField field{line.substr(0, colon), line.substr(colon + 1)};
    for (char& byte : field.name) {
        byte = byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    }
    for (const char byte : field.value) {
        const auto code = static_cast<unsigned char>(byte);
        if ((code < 0x20 && code != '\t') || code == 0x7f) {
            return std::nullopt;
        }
    }
    const std::size_t begin = field.value.find_first_not_of(" \t");
    const std::size_t end = field.value.find_last_not_of(" \t");
    field.value = begin == std::string::npos ? "" : field.value.substr(begin, end - begin + 1);
    return field;
}

}  // namespace

std::optional<std::size_t> reference_head(std::string_view bytes) {
    const std::string all(bytes);
    std::size_t at = 0;
    for (int empty = 0; empty < 4 && all.compare(at, 2, "\r\n") == 0; ++empty) {
        at += 2;
    }
    const std::size_t end = all.find("\r\n\r\n", at);
    if (end == std::string::npos) {
        return std::nullopt;
    }
    std::vector<std::string> lines;
    while (at < end + 2) {
        const std::size_t line_end = all.find("\r\n", at);
        lines.push_back(all.substr(at, line_end - at));
        at = line_end + 2;
    }
    bool needs_host = false;
    if (lines.empty() || lines.size() > 101 || !is_request_line(lines[0], needs_host)) {
        return std::nullopt;
    }
    int hosts = 0;
    for (std::size_t line = 1; line < lines.size(); ++line) {
        const std::optional<NaiveField> field = read_field(lines[line]);
        if (!field) {
            return std::nullopt;
        }
        if (field->name == "host") {
            ++hosts;
            if (field->value.empty() || !is_authority(field->value, false)) {
                return std::nullopt;
            }
        }
    }
    if (hosts > 1 || (needs_host && hosts == 0)) {
        return std::nullopt;
    }
    return end + 4;
}

}  // namespace belay::test
