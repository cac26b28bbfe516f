// Any bytes as the URL of a server that is to be called; http is allowed if their number is even:
//  - what is taken has no user, no fragment, no byte that is not printable ASCII, and its host and
//    port stand in the text where a plain reader finds them;
//  - what the C library would read as an IPv4 address, in any of its old forms, is that address for
//    us as well, or no URL: there is no host that the policy judges as a name and a connection
//    would take for a number;
//  - origin and target, put together, are the same URL again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "core/base/check.hpp"
#include "http/client/address_policy.hpp"
#include "http/client/url.hpp"

namespace {

using namespace belay;

char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

/// Between "://" and the first of "/?" or the end, without the port.
std::string plain_host(std::string_view text) {
    std::string_view rest = text.substr(text.find("://") + 3);
    rest = rest.substr(0, rest.find_first_of("/?"));
    if (rest.starts_with('[')) {
        return std::string(rest.substr(1, rest.find(']') - 1));
    }
    std::string host(rest.substr(0, rest.find(':')));
    std::transform(host.begin(), host.end(), host.begin(), lower);
    return host;
}

void check_host(std::string_view text, const client::Url& url) {
    const std::string host = plain_host(text);
    in_addr number{};
    if (inet_aton(host.c_str(), &number) == 1) {
        check(url.address && url.address->is_v4() &&
                  url.address->to_v4().to_uint() == ntohl(number.s_addr),
              "a host that the C library takes for a number is that number");
    }
    if (url.address && url.address->is_v6()) {
        in6_addr bytes{};
        check(inet_pton(AF_INET6, host.c_str(), &bytes) == 1 &&
                  std::equal(std::begin(bytes.s6_addr), std::end(bytes.s6_addr),
                             url.address->to_v6().to_bytes().begin()),
              "an IPv6 address is what the C library reads");
    } else {
        check(url.host == host, "the host is the text's");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bool allow_http = size % 2 == 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto url = client::parse_url(text, allow_http);
    if (!url) {
        return 0;
    }
    check(url->is_https || allow_http, "http is taken only where it is allowed");
    check(url->port != 0 && !url->host.empty() && url->target.starts_with('/'), "a URL is whole");
    check(std::all_of(text.begin(), text.end(),
                      [](char byte) { return byte > ' ' && byte < '\x7F'; }),
          "a URL is printable ASCII");
    check(text.find_first_of("#\\") == std::string::npos, "nothing that readers differ about");
    const std::string_view authority =
        std::string_view(text).substr(text.find("://") + 3).substr(0, text.size());
    check(authority.substr(0, authority.find_first_of("/?")).find('@') == std::string_view::npos,
          "a URL names no user");
    check_host(text, *url);
    const auto again = client::parse_url(url->origin() + url->target, allow_http);
    check(again && again->host == url->host && again->port == url->port &&
              again->target == url->target && again->is_https == url->is_https,
          "origin and target are the same URL");
    const client::AddressPolicy policy({});
    if (url->address) {
        check(policy.refusal(*url).empty() == policy.refusal(*url->address, url->port).empty(),
              "an address is judged alike at registration and at the call");
    }
    return 0;
}
