// What runs batch jobs: a shard of its own, on which rows are made requests of the process to
// itself, or calls to the upstream that the operator names.
#pragma once

#include <memory>
#include <optional>

#include "core/run/shards.hpp"
#include "core/world/entropy.hpp"
#include "http/app/peer_files.hpp"
#include "http/client/client.hpp"
#include "http/client/system_resolver.hpp"
#include "http/drive/background.hpp"
#include "http/drive/batches/endpoints.hpp"
#include "http/drive/batches/in_process_target.hpp"
#include "http/drive/batches/inbox.hpp"
#include "http/drive/batches/runners.hpp"
#include "http/drive/batches/uploads_under_way.hpp"
#include "http/drive/batches/upstream_target.hpp"
#include "http/drive/shard_lane.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/program/settings.hpp"
#include "http/server/loopback.hpp"
#include "store/store.hpp"

namespace belay::app {

class BatchDrive {
  public:
    /// What it works with; everything outlives it.
    struct Parts {
        store::Store& store;
        const world::Clock& clock;
        world::Disk& disk;
        const program::Log& log;
        http::EventFeed& events;
        work::Agenda& agenda;
        const http::ServerSettings& server;
        /// Those who serve have the indexes before it.
        unsigned shard_index;
        /// At a time.
        unsigned jobs_max;
    };

    /// Reads the files that the settings name.
    static explained<std::unique_ptr<BatchDrive>> open(const program::BatchesSettings& settings,
                                                       const Parts& parts);

    // For the family, and for whoever looks after time.

    batch_drive::Inbox& inbox() noexcept { return inbox_; }
    batch_drive::UploadsUnderWay& uploads() noexcept { return uploads_; }
    const batch_drive::Endpoints& endpoints() const noexcept { return endpoints_; }

    /// The shard, before it runs.
    run::Shard& shard() noexcept { return shards_[0]; }

    /// Takes up what an earlier process left, and begins; before any request. Once; then stop().
    /// `router`, which outlives it, serves the rows that are belay's own operations.
    void start(const http::Router& router);

    /// Reads the upstream's key again if its file has changed; one thread.
    void poll();

    /// No client waits any more; what rows ask is served still. What is under way ends, or is gone
    /// on with by the next process.
    void stop();

    /// Once it was started. Thread-safe.
    const batch_drive::RunnerCounts& counts() const noexcept { return runners_->counts(); }

  private:
    /// Another server that rows are sent to.
    struct Upstream {
        Upstream(run::Shard& shard, world::Entropy& entropy,
                 const program::BatchesSettings& settings, std::unique_ptr<client::Trust> trusted);

        client::SystemResolver resolver;
        const std::unique_ptr<client::Trust> trust;
        client::Client client;
        batch_drive::UpstreamTarget target;
        BearerFile key;  ///< poll()'s
    };

    BatchDrive(const program::BatchesSettings& settings, const Parts& parts,
               batch_drive::Endpoints endpoints);

    const Parts parts_;
    const batch_drive::RunnerSettings runner_settings_;
    const batch_drive::Endpoints endpoints_;
    batch_drive::Inbox inbox_;
    batch_drive::UploadsUnderWay uploads_;
    http::Background background_;
    world::SystemEntropy entropy_;
    run::Shards shards_;  ///< one
    http::ShardLane lane_;
    http::ShardContext context_;
    std::unique_ptr<Upstream> upstream_;  ///< null without one

    // From start() on.
    std::optional<http::Loopback> loopback_;
    std::optional<batch_drive::InProcessTarget> in_process_;
    std::optional<batch_drive::Runners> runners_;
};

}  // namespace belay::app
