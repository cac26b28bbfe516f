#include "upstream_bench.hpp"

#include <utility>

#include <boost/test/unit_test.hpp>

namespace belay::batch_drive {
namespace {

using batches::Method;

run::task<> send_it(RowTarget& target, const RowsOf& rows, const batches::Row& row, RowTries& tries,
                    RowAnswer& to, std::function<void()> done) {
    to = co_await target.send(rows, row, row_key, tries);
    done();
}

run::task<> settle_it(RowTarget& target, const RowsOf& rows, const batches::Row& row,
                      std::optional<RowAnswer>& to, std::function<void()> done) {
    to = co_await target.settle(rows, row, row_key);
    done();
}

Sent sent_of(std::string_view line, std::string_view path, Method method) {
    const auto parsed = batches::PathTemplate::parse(path);
    BOOST_TEST_REQUIRE(parsed.has_value());
    auto row = batches::read_row(line, *parsed);
    BOOST_TEST_REQUIRE(row.has_value(), line);
    return {{{}, method, *parsed, {}, false}, std::move(*row)};
}

}  // namespace

UpstreamBench::UpstreamBench(UpstreamSettings settings, const std::string& authorities)
    : trust_(client::Trust::load(authorities, "authorities").value()),
      client_(shards_[0], names_, *trust_, client_settings(settings)),
      target_(client_, entropy_, std::move(settings)) {
    shards_.start();
}

UpstreamBench::~UpstreamBench() {
    shards_.on_each_until_done([this](run::Shard&, std::function<void()> done) {
        client_.stop();
        gate_.close(std::move(done));
    });
    shards_.stop();
}

RowAnswer UpstreamBench::send(std::string_view line, std::string_view path, Method method) {
    RowTries tries;
    return send(sent_of(line, path, method), tries);
}

RowAnswer UpstreamBench::send(std::string_view line, RowTries& tries) {
    return send(sent_of(line, update_customer, Method::post), tries);
}

RowAnswer UpstreamBench::send(const Sent& sent, RowTries& tries) {
    RowAnswer answer;
    shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
        shard.spawn(gate_, send_it(target_, sent.rows, sent.row, tries, answer, std::move(done)));
    });
    return answer;
}

RowAnswer UpstreamBench::send_spoilt(const std::function<void(batches::Row&)>& spoil) {
    Sent sent = sent_of(R"({"id":"r1"})", "/v1/coupons", Method::post);
    spoil(sent.row);
    RowTries tries;
    return send(sent, tries);
}

std::optional<RowAnswer> UpstreamBench::settle(std::string_view line) {
    const Sent sent = sent_of(line, update_customer, Method::post);
    std::optional<RowAnswer> answer;
    shards_.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
        shard.spawn(gate_, settle_it(target_, sent.rows, sent.row, answer, std::move(done)));
    });
    return answer;
}

RowAnswer UpstreamBench::send_until(std::string_view line, RowTries& tries, std::future<void> asked,
                                    Milliseconds by) {
    auto answer = std::async(std::launch::async, [&] { return send(line, tries); });
    asked.wait();
    clock_.advance(by);
    shards_[0].wake();
    return answer.get();
}

RowAnswer UpstreamBench::send_until_stopped(std::string_view line, RowTries& tries,
                                            std::future<void> asked) {
    auto answer = std::async(std::launch::async, [&] { return send(line, tries); });
    asked.wait();
    shards_.on_each([this](run::Shard&) { client_.stop(); });
    return answer.get();
}

UpstreamSettings settings_of(const test::ScriptedServer& server) {
    UpstreamSettings made;
    made.url = server.url();
    made.url.erase(made.url.rfind('/'));  // "/hook"
    return made;
}

std::string ok(std::string_view body, std::string_view fields) {
    return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string line_of(std::string_view params, std::string_view more) {
    std::string line = R"({"id":"r1","path_params":{"customer":"cus_1"})";
    if (!params.empty()) {
        line.append(",\"params\":").append(params);
    }
    return line.append(more).append("}");
}

std::string summary(const RowAnswer& answer) {
    std::string text = answer.kind == RowAnswer::Kind::again ? "again " : "";
    text += std::to_string(answer.status);
    const std::size_t code = answer.response.find("\"code\":\"");
    if (code != std::string::npos) {
        const std::size_t begin = code + 8;
        text += ' ';
        text += answer.response.substr(begin, answer.response.find('"', begin) - begin);
    }
    return text;
}

}  // namespace belay::batch_drive
