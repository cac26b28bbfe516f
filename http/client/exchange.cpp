#include "http/client/exchange.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/error.hpp>

#include "core/base/check.hpp"
#include "http/client/retry_after.hpp"
#include "http/wire/chars.hpp"

namespace belay::client {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t read_bytes = 8 * 1024;

/// A mapped address is reached as what it is.
ip::address reached_as(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    }
    return address;
}

std::string_view text_of_interruption(Trouble reason) noexcept {
    return reason == Trouble::stopped ? "the client was stopped" : "the time of the call was over";
}

}  // namespace

Exchange::Exchange(Client& client, const Request& request)
    : client_(client),
      request_(request),
      place_(client.under_way_.insert(client.under_way_.end(), this)) {}

Exchange::~Exchange() {
    client_.under_way_.erase(place_);
}

void Exchange::interrupt(Trouble reason) noexcept {
    if (interrupted_) {
        return;
    }
    interrupted_ = reason;
    if (lookup_) {
        lookup_->done.set();
    }
    if (connection_) {
        connection_->close();
    }
}

bool Exchange::fail(Trouble trouble, std::string what) {
    if (interrupted_) {
        trouble = *interrupted_;
        what = text_of_interruption(trouble);
    }
    failure_ = NoAnswer{trouble, std::move(what), may_have_arrived_};
    return false;
}

run::task<Outcome> Exchange::run() {
    if (!begin()) {
        co_return std::move(*failure_);
    }
    connection_ = client_.take_idle(url_.origin());
    if (!connection_) {
        const bool is_open = co_await open();
        if (!is_open) {
            co_return std::move(*failure_);
        }
    }
    co_await transmit();
    AnswerReader reader(request_.method == "HEAD", Client::answer_head_bytes_max,
                        request_.answer_bytes_max);
    const bool has_answer = co_await receive(reader);
    if (!has_answer) {
        co_return std::move(*failure_);
    }
    co_return answer_of(reader);
}

bool Exchange::begin() {
    if (client_.stopped_) {
        interrupt(Trouble::stopped);
        return fail(Trouble::stopped, {});
    }
    result<Url> url = parse_url(request_.url, client_.settings_.allow_http);
    if (!url) {
        return fail(Trouble::bad_url, "the URL cannot be called");
    }
    url_ = *std::move(url);
    if (const std::string_view why = client_.policy_.refusal(url_); !why.empty()) {
        return fail(Trouble::refused_address, std::string(why));
    }
    client_.shard_.arm(call_alarm_, client_.call_deadlines_);
    return true;
}

/// A new connection, to an address that was judged just now.
run::task<bool> Exchange::open() {
    Addresses addresses;
    const bool are_found = co_await find_addresses(addresses);
    if (!are_found) {
        co_return false;
    }
    for (const ip::address& address : addresses) {
        const std::string_view why = client_.policy_.refusal(address, url_.port);
        if (!why.empty()) {
            co_return fail(Trouble::refused_address, std::string(why));
        }
    }
    const bool is_connected = co_await connect(addresses);
    if (!is_connected || !url_.is_https) {
        co_return is_connected;
    }
    const bool is_secure = co_await secure();
    co_return is_secure;
}

run::task<bool> Exchange::find_addresses(Addresses& found) {
    if (url_.address) {
        found.push_back(*url_.address);
        co_return true;
    }
    lookup_ = std::make_shared<Lookup>(client_.shard_);
    client_.resolver_.resolve(url_.host, [&shard = client_.shard_,
                                          lookup = lookup_](const Resolver::Addresses& addresses) {
        shard.post([lookup, addresses] {
            lookup->addresses = addresses;
            lookup->done.set();
        });
    });
    co_await lookup_->done.wait();
    // Shared still with the resolver, if it was not the resolver that ended the wait.
    const std::shared_ptr<Lookup> ended = std::exchange(lookup_, nullptr);
    if (interrupted_) {
        co_return fail(*interrupted_, {});
    }
    if (!ended->addresses || ended->addresses->empty()) {
        const bool is_unknown =
            ended->addresses.has_value() || ended->addresses.error() == Error::not_found;
        co_return fail(Trouble::resolve_failed,
                       is_unknown ? "the name has no address" : "the name cannot be looked up now");
    }
    found = *ended->addresses;
    co_return true;
}

run::task<bool> Exchange::connect(const Addresses& addresses) {
    const std::size_t count = std::min(addresses.size(), addresses_tried_max);
    for (std::size_t at = 0; at < count && !interrupted_; ++at) {
        connection_ = std::make_unique<Connection>(client_.shard_);
        client_.shard_.arm(connect_alarm_, client_.connect_deadlines_);
        const ip::tcp::endpoint server(reached_as(addresses[at]), url_.port);
        const IoDone done = co_await connection_->connect(server);
        connect_alarm_.disarm();
        if (!done.error && !interrupted_) {
            co_return true;
        }
    }
    co_return fail(Trouble::connect_failed, "no address of the host takes a connection");
}

run::task<bool> Exchange::secure() {
    const bool is_address = url_.address.has_value();
    const IoDone done = co_await connection_->begin_tls(client_.trust_, url_.host, is_address);
    if (done.error || interrupted_) {
        co_return fail(Trouble::tls_failed, connection_->tls_failure());
    }
    co_return true;
}

/// A failure is left to receive(): the server may have answered before it was told everything.
run::task<> Exchange::transmit() {
    const std::string head = request_head();
    may_have_arrived_ = true;
    co_await connection_->write(head, request_.body);
}

run::task<bool> Exchange::receive(AnswerReader& reader) {
    std::vector<char> room(read_bytes);
    AnswerReader::Progress progress = AnswerReader::Progress::need_more;
    while (progress == AnswerReader::Progress::need_more) {
        const IoDone done = co_await connection_->read(room);
        if (interrupted_) {
            co_return fail(*interrupted_, {});
        }
        if (!done.error) {
            progress = reader.take({room.data(), done.bytes});
        } else if (done.error == boost::asio::error::eof) {
            progress = reader.take_end();
        } else {
            // Over TLS, an end without close_notify among them: anybody on the way could have cut
            // the answer there.
            progress = AnswerReader::Progress::broken;
        }
    }
    if (progress == AnswerReader::Progress::broken) {
        co_return fail(Trouble::broken_answer, "the answer is broken off or is not HTTP/1.1");
    }
    if (progress == AnswerReader::Progress::too_large) {
        co_return fail(Trouble::answer_too_large, "the head of the answer is too large");
    }
    is_cut_ = progress == AnswerReader::Progress::cut;
    if (!is_cut_ && reader.leaves_open()) {
        client_.keep_idle(url_.origin(), std::move(connection_));
    }
    co_return true;
}

std::string Exchange::request_head() const {
    check(wire::is_token(request_.method), "a method is a token");
    std::string head;
    head.append(request_.method).append(" ").append(url_.target).append(" HTTP/1.1\r\nHost: ");
    head.append(url_.authority()).append("\r\n");
    bool has_agent = false;
    for (const Field& field : request_.fields) {
        check(wire::is_token(field.name) && wire::is_field_value(field.value),
              "a field is one line");
        head.append(field.name).append(": ").append(field.value).append("\r\n");
        has_agent = has_agent || wire::equals_ignoring_case(field.name, "user-agent");
    }
    if (!has_agent) {
        head += "User-Agent: belay\r\n";
    }
    if (!request_.body.empty() || (request_.method != "GET" && request_.method != "HEAD")) {
        head.append("Content-Length: ").append(std::to_string(request_.body.size()));
        head += "\r\n";
    }
    head += client_.settings_.idle_per_origin_max == 0 ? "Connection: close\r\n\r\n" : "\r\n";
    return head;
}

Answer Exchange::answer_of(AnswerReader& reader) const {
    Answer answer;
    answer.status = reader.status();
    answer.retry_after =
        parse_retry_after(reader.field("retry-after"), client_.shard_.clock().wall());
    for (const std::string_view name : request_.wanted) {
        answer.fields.emplace_back(reader.field(name));
    }
    answer.body = reader.take_body();
    answer.is_cut = is_cut_;
    return answer;
}

}  // namespace belay::client
