#include "http/app/batch_drive.hpp"

#include <string>
#include <utility>

#include "http/app/part_settings.hpp"

namespace belay::app {
namespace {

/// For the files of jobs: what one job has to wait for holds up another only when the disk does.
constexpr unsigned background_threads = 4;

batch_drive::UpstreamSettings upstream_settings(const program::BatchesSettings& settings) {
    batch_drive::UpstreamSettings made;
    made.url = settings.upstream;
    made.encoding = settings.upstream_encoding == program::UpstreamEncoding::form
                        ? batch_drive::UpstreamEncoding::form
                        : batch_drive::UpstreamEncoding::json;
    made.timeout = settings.row_timeout;
    made.in_flight_max = settings.max_in_flight;
    return made;
}

}  // namespace

BatchDrive::Upstream::Upstream(run::Shard& shard, world::Entropy& entropy,
                               const program::BatchesSettings& settings,
                               std::unique_ptr<client::Trust> trusted)
    : trust(std::move(trusted)),
      client(shard, resolver, *trust, batch_drive::client_settings(upstream_settings(settings))),
      target(client, entropy, upstream_settings(settings)),
      key("batches.upstream_key_file", settings.upstream_key_file) {}

explained<std::unique_ptr<BatchDrive>> BatchDrive::open(const program::BatchesSettings& settings,
                                                        const Parts& parts) {
    const bool has_upstream = !settings.upstream.empty();
    auto endpoints = batch_drive::Endpoints::make(has_upstream ? settings.endpoints
                                                               : std::vector<std::string>());
    if (endpoints.has_error()) {
        return failure(endpoints.error().code, "batches.endpoints: " + endpoints.error().what);
    }
    std::unique_ptr<BatchDrive> made(new BatchDrive(settings, parts, std::move(*endpoints)));
    if (!has_upstream) {
        return made;
    }
    const std::string_view fault = batch_drive::fault_of_upstream_url(settings.upstream);
    if (!fault.empty()) {
        return failure(Error::malformed,
                       "batches.upstream: " + settings.upstream + ": " + std::string(fault));
    }
    auto trust = load_trust("batches.upstream_ca_file", settings.upstream_ca_file);
    if (trust.has_error()) {
        return trust.error();
    }
    made->upstream_ =
        std::make_unique<Upstream>(made->shards_[0], made->entropy_, settings, std::move(*trust));
    if (const auto read = made->upstream_->key.read(); read.has_error()) {
        return read.error();
    }
    made->upstream_->target.set_key(made->upstream_->key.token());
    return made;
}

BatchDrive::BatchDrive(const program::BatchesSettings& settings, const Parts& parts,
                       batch_drive::Endpoints endpoints)
    : parts_(parts),
      runner_settings_(runner_settings(settings, parts.jobs_max)),
      endpoints_(std::move(endpoints)),
      background_(background_threads),
      shards_(1, parts.clock, parts.shard_index),
      lane_(shards_[0], parts.store),
      context_{lane_.lane(), entropy_, parts.events, {}} {}

void BatchDrive::start(const http::Router& router) {
    loopback_.emplace(http::Loopback::Parts{.shard = shards_[0],
                                            .settings = parts_.server,
                                            .router = router,
                                            .entropy = entropy_,
                                            .shard_context = &context_});
    in_process_.emplace(*loopback_);
    runners_.emplace(batch_drive::RunnerParts{.shard = shards_[0],
                                              .lane = lane_.lane(),
                                              .disk = parts_.disk,
                                              .background = background_,
                                              .endpoints = endpoints_,
                                              .in_process = *in_process_,
                                              .upstream = upstream_ ? &upstream_->target : nullptr,
                                              .inbox = inbox_,
                                              .events = parts_.events,
                                              .agenda = parts_.agenda},
                     runner_settings_);
    shards_.start();
    shards_.on_each([this](run::Shard&) { runners_->start(); });
}

void BatchDrive::poll() {
    if (upstream_ && upstream_->key.poll(parts_.log)) {
        upstream_->target.set_key(upstream_->key.token());
    }
}

void BatchDrive::stop() {
    shards_.on_each_until_done([this](run::Shard&, std::function<void()> done) {
        runners_->stop(std::move(done));
        if (upstream_) {
            upstream_->client.stop();
        }
    });
    shards_.stop();
}

}  // namespace belay::app
