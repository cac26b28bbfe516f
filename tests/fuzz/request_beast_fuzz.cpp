// Any bytes as one request, read by belay and by Boost.Beast's parser:
//  - cut at the places that the input chooses, belay reads the same;
//  - a request that belay accepts, Beast accepts with the same method, target, fields and body, and
//    takes as many bytes for it, but for the reasons of `Difference`;
//  - a request that belay accepts has nothing that RFC 9112 says to reject (rejected_by_rfc).
// The other direction is no property: Beast is the more tolerant of the two.
#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/beast/http/basic_parser.hpp>

#include "core/base/check.hpp"
#include "http/wire/chunked.hpp"
#include "http/wire/framing.hpp"
#include "http/wire/request_head_parser.hpp"

namespace {

using namespace belay;
namespace beast = boost::beast::http;

constexpr std::size_t bytes_max = 4096;
constexpr std::size_t body_bytes_max = 4096;

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string method;
    std::string target;
    Fields fields;
    std::string body;
    std::size_t head_size = 0;  ///< with empty lines before it
    std::size_t size = 0;       ///< of all of it
    wire::BodyKind kind = wire::BodyKind::none;

    friend bool operator==(const Request&, const Request&) = default;
};

/// Why Beast may refuse what belay accepts. Nothing else is forgiven.
enum class Difference : std::uint8_t {
    none,
    /// RFC 9110 2.5 lets a server take HTTP/1.2 to 1.9 for 1.1; Beast knows 1.0 and 1.1.
    minor_version,
    /// Beast parses Connection and Proxy-Connection as lists and refuses what is none. belay reads
    /// the options that it knows out of Connection; the other is no field of HTTP.
    connection_list,
    /// Beast takes trailer fields for header fields, so that it refuses framing fields there;
    /// belay drops them (RFC 9110 6.5.1).
    trailer_framing,
    /// Elements of Transfer-Encoding that are empty, which a recipient ignores (RFC 9110 5.6.1.2).
    empty_list_element,
    /// Blanks around the parts of a chunk extension (RFC 9112 7.1.1, BWS), and their order.
    chunk_extension,
};

/// Beast's parser, with what it reports.
class BeastParser final : public beast::basic_parser<true> {
  public:
    Request read;
    std::string trailers;  ///< names, each with a comma behind it, in lower case

  private:
    using Text = boost::beast::string_view;
    using Code = boost::beast::error_code;

    void on_request_impl(beast::verb, Text method, Text target, int, Code& code) override {
        read.method = std::string(method);
        read.target = std::string(target);
        code = {};
    }
    void on_response_impl(int, Text, int, Code& code) override { code = {}; }
    void on_field_impl(beast::field, Text name, Text value, Code& code) override {
        if (in_trailer_) {
            trailers += std::string(name) + ",";
        } else {
            read.fields.emplace_back(std::string(name), std::string(value));
        }
        code = {};
    }
    void on_header_impl(Code& code) override {
        in_trailer_ = true;
        code = {};
    }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, Code& code) override {
        code = {};
    }
    std::size_t on_body_impl(Text body, Code& code) override {
        read.body += std::string(body);
        code = {};
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, Text, Code& code) override { code = {}; }
    std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code& code) override {
        read.body += std::string(body);
        code = {};
        return body.size();
    }
    void on_finish_impl(Code& code) override { code = {}; }

    bool in_trailer_ = false;
};

/// The head in pieces of `piece` bytes, then the body in such pieces; nothing if it is refused or
/// not whole.
std::optional<Request> read_by_belay(std::string_view bytes, std::size_t piece) {
    wire::RequestHeadParser parser;
    wire::RequestHead head;
    auto progress = wire::HeadProgress::need_more;
    std::size_t given = 0;
    while (progress == wire::HeadProgress::need_more && given < bytes.size()) {
        given = std::min(bytes.size(), given + piece);
        progress = parser.parse(bytes.substr(0, given), head);
    }
    if (progress != wire::HeadProgress::complete) {
        return std::nullopt;
    }
    const wire::BodyFraming framing = wire::frame_body(head);
    if (framing.error != wire::WireError::none) {
        return std::nullopt;
    }
    Request request{std::string(head.method_text()),
                    std::string(head.target()),
                    {},
                    {},
                    head.size(),
                    head.size(),
                    framing.kind};
    for (std::size_t at = 0; at < head.field_count(); ++at) {
        request.fields.emplace_back(head.field(at).name, head.field(at).value);
    }
    std::string_view rest = bytes.substr(head.size());
    if (framing.kind != wire::BodyKind::chunked) {
        if (framing.length > rest.size()) {
            return std::nullopt;
        }
        request.body = rest.substr(0, static_cast<std::size_t>(framing.length));
        request.size += request.body.size();
        return request;
    }
    wire::ChunkedLimits limits;
    limits.payload_bytes_max = body_bytes_max;
    wire::ChunkedDecoder decoder(limits);
    while (true) {
        const std::string_view input = rest.substr(0, piece);
        const auto step = decoder.step(input);
        request.body += step.payload;
        request.size += step.consumed;
        rest.remove_prefix(step.consumed);
        if (step.progress == wire::ChunkedProgress::finished) {
            return request;
        }
        if (step.progress == wire::ChunkedProgress::refused ||
            (step.progress == wire::ChunkedProgress::need_more && rest.empty())) {
            return std::nullopt;
        }
    }
}

std::string lower(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char byte) {
        return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
    });
    return made;
}

/// The reason that Beast gave is one of those that are known, and its cause is there.
Difference difference(const Request& request, std::string_view head, std::string_view body,
                      boost::beast::error_code code) {
    const auto has = [&](std::string_view name, auto accept) {
        return std::ranges::any_of(request.fields, [&](const auto& field) {
            return lower(field.first) == name && accept(field.second);
        });
    };
    const auto any = [](const std::string&) { return true; };
    const std::size_t version = head.find(" HTTP/1.");
    if (code == beast::error::bad_version && version != std::string_view::npos &&
        head[version + 8] > '1') {
        return Difference::minor_version;
    }
    if (code == beast::error::bad_value &&
        (has("connection", any) || has("proxy-connection", any))) {
        return Difference::connection_list;
    }
    const std::string trailers = lower(body);
    if (request.kind == wire::BodyKind::chunked) {
        if ((code == beast::error::bad_content_length &&
             trailers.find("\r\ncontent-length:") != std::string::npos) ||
            (code == beast::error::bad_transfer_encoding &&
             trailers.find("\r\ntransfer-encoding:") != std::string::npos) ||
            (code == beast::error::bad_value &&
             trailers.find("connection:") != std::string::npos)) {
            return Difference::trailer_framing;
        }
        if (code == beast::error::bad_chunk_extension && body.find(';') != std::string_view::npos) {
            return Difference::chunk_extension;
        }
        const auto has_empty_element = [](const std::string& value) {
            return value.find(',') != std::string::npos;
        };
        if (has("transfer-encoding", has_empty_element)) {
            return Difference::empty_list_element;
        }
    }
    return Difference::none;
}

void check_with_beast(const Request& request, std::string_view bytes) {
    // RFC 9112 2.2: empty lines before the request line are no part of it. Beast knows none.
    std::size_t begin = 0;
    while (bytes.substr(begin, 2) == "\r\n") {
        begin += 2;
    }
    const std::string_view head = bytes.substr(begin, request.head_size - begin);
    const std::string_view body = bytes.substr(request.head_size, request.size - request.head_size);
    BeastParser parser;
    parser.eager(true);
    parser.header_limit(2 * bytes_max);
    parser.body_limit(2 * bytes_max);
    boost::beast::error_code code;
    const std::string text(bytes.substr(begin, request.size - begin));
    std::size_t taken = parser.put(boost::asio::buffer(text), code);
    if (code || !parser.is_done()) {
        const bool known = difference(request, head, body, code) != Difference::none;
        check(known, "Beast refuses what belay accepts for a known reason only");
        return;
    }
    check(taken == text.size(), "both take as many bytes for the request");
    check(parser.read.method == request.method && parser.read.target == request.target,
          "both read the same request line");
    check(parser.read.fields == request.fields, "both read the same fields");
    check(parser.read.body == request.body, "both read the same body");
}

/// What RFC 9112 says to refuse and a look at the text can tell.
bool rejected_by_rfc(const Request& request, std::string_view head) {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    for (const auto& [name, value] : request.fields) {
        const std::string known = lower(name);
        hosts += known == "host" ? 1 : 0;
        lengths += known == "content-length" ? 1 : 0;
        encodings += known == "transfer-encoding" ? 1 : 0;
        const auto digit = [](char byte) { return byte >= '0' && byte <= '9'; };
        if (known == "content-length" && (value.empty() || !std::ranges::all_of(value, digit))) {
            return true;  // 6.3
        }
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
            return true;  // 2.2, RFC 9110 5.5
        }
    }
    for (std::size_t at = 0; at < head.size(); ++at) {
        const bool bare_return =
            head[at] == '\r' && (at + 1 == head.size() || head[at + 1] != '\n');
        const bool bare_feed = head[at] == '\n' && (at == 0 || head[at - 1] != '\r');
        const bool folded = at > 0 && head[at - 1] == '\n' && (head[at] == ' ' || head[at] == '\t');
        if (bare_return || bare_feed || folded) {
            return true;  // 2.2, 5.2
        }
    }
    const bool is_1_0 = head.find(" HTTP/1.0\r\n") != std::string_view::npos;
    return hosts > 1 || (hosts == 0 && !is_1_0) ||           // 3.2
           lengths > 1 || (lengths > 0 && encodings > 0) ||  // 6.3, 6.1
           (is_1_0 && encodings > 0);                        // 6.1
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > bytes_max) {
        return 0;
    }
    const std::size_t piece = 1 + data[0] % 64;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::optional<Request> request = read_by_belay(bytes, bytes.size());
    check(read_by_belay(bytes, piece) == request, "in pieces the same comes out");
    if (request) {
        check(!rejected_by_rfc(*request, bytes.substr(0, request->head_size)),
              "nothing is accepted that RFC 9112 says to refuse");
        check_with_beast(*request, bytes);
    }
    return 0;
}
