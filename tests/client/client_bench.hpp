// A client on a shard of its own, with a clock that stands still until the test moves it and names
// that the test makes up.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/run/shards.hpp"
#include "core/world/clock.hpp"
#include "http/client/client.hpp"

namespace belay::test {

/// Answers at once, from what the test said.
class MadeUpNames final : public client::Resolver {
  public:
    using Answer = std::function<void(const std::string& host, const Done& done)>;

    /// Before the first call.
    void set(Answer answer) { answer_ = std::move(answer); }
    void resolve(const std::string& host, Done done) override { answer_(host, done); }

  private:
    Answer answer_ = [](const std::string&, const Done& done) { done(Error::not_found); };
};

/// What speaks to a server on loopback.
inline client::ClientSettings local_settings() {
    client::ClientSettings settings;
    settings.addresses.allow_private = true;
    settings.allow_http = true;
    return settings;
}

class ClientBench {
  public:
    explicit ClientBench(const client::ClientSettings& settings = local_settings(),
                         const std::string& authorities = {});
    ~ClientBench();
    ClientBench(const ClientBench&) = delete;
    ClientBench& operator=(const ClientBench&) = delete;

    /// What `request` refers to lives until the outcome is there.
    std::future<client::Outcome> begin(const client::Request& request, const std::string& url);
    client::Outcome call(const client::Request& request, const std::string& url) {
        return begin(request, url).get();
    }
    client::Outcome get(const std::string& url) { return call({}, url); }

    /// Of the shard as well.
    void advance(Milliseconds by);
    /// Calls in flight end.
    void stop_client();

    MadeUpNames names;

  private:
    world::ManualClock clock_{WallTime(std::chrono::seconds(1'000'000'000))};
    std::unique_ptr<client::Trust> trust_;
    run::Shards shards_{1, clock_};
    run::Gate gate_;
    std::unique_ptr<client::Client> client_;
};

/// "refused_address", or the status.
std::string summary(const client::Outcome& outcome);

}  // namespace belay::test
