// An upstream target on a shard of its own, for tests over sockets.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client_bench.hpp"
#include "core/run/shards.hpp"
#include "core/world/entropy.hpp"
#include "http/drive/batches/upstream_target.hpp"
#include "scripted_server.hpp"

namespace belay::batch_drive {

inline constexpr std::string_view update_customer = "/v1/customers/:customer";
inline constexpr std::string_view row_key = "batchv2_AbCdEfGhIjKlMnOpQrStUvWxYz:r1";

struct Sent {
    RowsOf rows;
    batches::Row row;
};

/// Its clock stands still until it is told.
class UpstreamBench {
  public:
    explicit UpstreamBench(UpstreamSettings settings, const std::string& authorities = {});
    ~UpstreamBench();
    UpstreamBench(const UpstreamBench&) = delete;
    UpstreamBench& operator=(const UpstreamBench&) = delete;

    UpstreamTarget& target() noexcept { return target_; }

    // Each waits for the answer.

    RowAnswer send(std::string_view line, std::string_view path = update_customer,
                   batches::Method method = batches::Method::post);
    RowAnswer send(std::string_view line, RowTries& tries);
    /// A row that no reader of rows lets through.
    RowAnswer send_spoilt(const std::function<void(batches::Row&)>& spoil);
    std::optional<RowAnswer> settle(std::string_view line);
    /// Moves the clock as soon as `asked` is there.
    RowAnswer send_until(std::string_view line, RowTries& tries, std::future<void> asked,
                         Milliseconds by);
    /// Stops the client then.
    RowAnswer send_until_stopped(std::string_view line, RowTries& tries, std::future<void> asked);

  private:
    RowAnswer send(const Sent& sent, RowTries& tries);

    world::ManualClock clock_{WallTime(std::chrono::seconds(1'000'000'000))};
    world::SeededEntropy entropy_{1};
    test::MadeUpNames names_;
    std::unique_ptr<client::Trust> trust_;
    run::Shards shards_{1, clock_};
    run::Gate gate_;
    client::Client client_;
    UpstreamTarget target_;
};

/// Of a target that asks this server.
UpstreamSettings settings_of(const test::ScriptedServer& server);

/// An answer of 200. `fields` are lines with their ends.
std::string ok(std::string_view body, std::string_view fields = {});

/// A row for update_customer. `more` begins with a comma.
std::string line_of(std::string_view params = {}, std::string_view more = {});

/// "again 503 upstream_unreachable": the status, and the code of an error.
std::string summary(const RowAnswer& answer);

}  // namespace belay::batch_drive
