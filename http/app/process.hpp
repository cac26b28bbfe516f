// The parts of a serving process, in the order in which they are built; each outlives what is built
// after it.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "auth/signed_url.hpp"
#include "core/run/shards.hpp"
#include "core/run/signals.hpp"
#include "core/work/agenda.hpp"
#include "core/work/ready_queue.hpp"
#include "http/admin/admin.hpp"
#include "http/admin/echo.hpp"
#include "http/app/batch_drive.hpp"
#include "http/app/credentials.hpp"
#include "http/app/external_ledger.hpp"
#include "http/app/serve.hpp"
#include "http/app/transfer_drive.hpp"
#include "http/app/webhook_drive.hpp"
#include "http/drive/background.hpp"
#include "http/drive/event_feed.hpp"
#include "http/drive/export_worker.hpp"
#include "http/drive/housekeeper.hpp"
#include "http/drive/shard_lane.hpp"
#include "http/families/common/rate_limit.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/families.hpp"
#include "http/program/log.hpp"
#include "http/program/log_writer.hpp"
#include "http/program/settings.hpp"
#include "http/server/listener.hpp"
#include "http/server/server.hpp"
#include "http/server/tls.hpp"

namespace belay::app {

/// Ends the process when the log of the store has failed: nothing after it is ever acknowledged.
class EndOnLogFailure final : public store::FailureListener {
  public:
    EndOnLogFailure(run::StopSignals& signals, const program::Log& log)
        : signals_(signals), log_(log) {}

    void log_failed(boost::system::error_code error) noexcept override;

    bool has_failed() const noexcept { return failed_.load(std::memory_order_acquire); }

  private:
    run::StopSignals& signals_;
    const program::Log& log_;
    std::atomic<bool> failed_{false};  // release in log_failed, acquire here
};

class RequestLog final : public http::AccessLog {
  public:
    explicit RequestLog(const program::Log& log) : log_(log) {}

    void served(const http::AccessEntry& entry) noexcept override;

  private:
    const program::Log& log_;
};

class Process {
  public:
    Process(const program::Settings& settings, run::StopSignals& signals, const world::Clock& clock,
            const program::Log& log, const program::LogWriter& lines, const ServeOptions& options);
    ~Process();

    /// Opens the data directory, recovers, and begins to serve.
    explained<void> start();

    /// After start(): the sequence of an orderly stop. False if the log had failed or fails now.
    bool stop();

    std::uint16_t port() const noexcept { return port_; }
    const store::RecoveryReport& recovery() const noexcept { return store_->recovery(); }
    const std::string& secret_file() const noexcept { return credentials_->secret_file(); }
    const std::string& public_url() const noexcept { return public_url_; }
    bool has_failed() const noexcept { return failure_.has_failed(); }

  private:
    /// What one shard has to itself.
    struct PerShard {
        PerShard(run::Shard& shard, store::Store& store) : lane(shard, store) {}

        world::SystemEntropy entropy;
        http::ShardLane lane;
        std::optional<http::ShardContext> context;
        std::unique_ptr<ShardGatekeeper> gatekeeper;
        std::unique_ptr<http::Server> server;
    };

    explained<void> divide_descriptors();
    explained<void> open_store();
    explained<void> open_files();
    explained<void> open_listeners();
    explained<void> open_ledger();
    explained<void> open_webhooks();
    explained<void> open_batches();
    explained<bool> load_certificate();
    void build_families();
    void build_shards();
    /// Looks after files of keys and certificates that an operator may have changed; a thread of
    /// its own.
    void watch_files();
    void stop_watching();

    const program::Settings settings_;
    const ServeOptions options_;
    run::StopSignals& signals_;
    const world::Clock& clock_;
    const program::Log& log_;
    const program::LogWriter& lines_;

    EndOnLogFailure failure_;
    RequestLog requests_;
    http::ServerSettings server_settings_;
    std::uint64_t deliveries_max_ = 0;  ///< of webhooks, at a time
    unsigned batches_max_ = 0;          ///< jobs, at a time
    std::unique_ptr<world::Disk> disk_;
    world::SystemEntropy entropy_;
    world::SystemEntropy store_entropy_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<Credentials> credentials_;
    std::optional<auth::UrlSigner> signer_;
    http::TlsContext tls_;
    /// Chain and key as last read; the watcher's after the start.
    std::array<std::string, 2> certificate_;
    std::string certificate_fault_;
    std::optional<http::Listeners> listeners_;
    std::uint16_t port_ = 0;
    boost::asio::ip::tcp::endpoint listening_;
    std::string public_url_;
    work::Agenda agenda_;
    work::ReadyQueue ready_;
    http::EventFeed events_;
    TransferDrive transfers_;
    /// Null: the embedded ledger holds the money.
    std::unique_ptr<ExternalLedger> ledger_;
    std::unique_ptr<WebhookDrive> webhooks_;
    std::unique_ptr<BatchDrive> batches_;
    std::unique_ptr<http::Background> uploads_;
    std::unique_ptr<http::Background> downloads_;
    std::unique_ptr<families::Families> families_;
    std::unique_ptr<admin::Admin> admin_;
    std::optional<admin::Echo> echo_;
    std::unique_ptr<http::Router> router_;
    std::optional<http::RateLimits> rate_limits_;
    std::unique_ptr<run::Shards> shards_;
    std::vector<std::unique_ptr<PerShard>> per_shard_;
    std::unique_ptr<http::ExportWorkers> workers_;
    std::unique_ptr<http::Housekeeper> housekeeper_;

    std::mutex watch_mutex_;
    std::condition_variable watch_condition_;
    bool watch_stopping_ = false;
    std::thread watcher_;
};

}  // namespace belay::app
