#include "client_bench.hpp"

#include <utility>

namespace belay::test {
namespace {

using Promise = std::shared_ptr<std::promise<client::Outcome>>;

run::task<> run_call(client::Client& client, client::Request request, std::string url,
                     Promise promise) {
    request.url = url;
    client::Outcome outcome = co_await client.send(request);
    promise->set_value(std::move(outcome));
}

}  // namespace

ClientBench::ClientBench(const client::ClientSettings& settings, const std::string& authorities)
    : trust_(client::Trust::load(authorities, "authorities").value()) {
    client_ = std::make_unique<client::Client>(shards_[0], names, *trust_, settings);
    shards_.start();
}

ClientBench::~ClientBench() {
    stop_client();
    shards_.on_each_until_done(
        [this](run::Shard&, std::function<void()> done) { gate_.close(std::move(done)); });
    shards_.on_each([this](run::Shard&) { client_.reset(); });
    shards_.stop();
}

std::future<client::Outcome> ClientBench::begin(const client::Request& request,
                                                const std::string& url) {
    auto promise = std::make_shared<std::promise<client::Outcome>>();
    shards_[0].post([this, request, url, promise] {
        shards_[0].spawn(gate_, run_call(*client_, request, url, promise));
    });
    return promise->get_future();
}

void ClientBench::advance(Milliseconds by) {
    clock_.advance(by);
    shards_[0].wake();
}

void ClientBench::stop_client() {
    shards_.on_each([this](run::Shard&) { client_->stop(); });
}

std::string summary(const client::Outcome& outcome) {
    return outcome ? std::to_string(outcome->status)
                   : std::string(name_of(outcome.error().trouble));
}

}  // namespace belay::test
