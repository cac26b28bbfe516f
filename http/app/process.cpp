#include "http/app/process.hpp"

#include <thread>

#include "core/run/stop.hpp"
#include "http/app/part_settings.hpp"

namespace belay::app {
namespace {

/// What is due later than this is found again by the survey that comes twice as often.
constexpr std::chrono::minutes agenda_horizon(60);

/// For uploads, and as many for downloads.
constexpr unsigned background_threads = 2;

/// Between two looks at the files of keys.
constexpr std::chrono::seconds watch_interval(1);

}  // namespace

void EndOnLogFailure::log_failed(boost::system::error_code error) noexcept {
    failed_.store(true, std::memory_order_release);
    log_.error("the log of the store has failed; nothing more is acknowledged, the process ends",
               {{"reason", error.message()}});
    signals_.request();
}

void RequestLog::served(const http::AccessEntry& entry) noexcept {
    if (!log_.enabled(program::LogLevel::debug)) {
        return;
    }
    const auto microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(entry.duration).count();
    log_.debug("request", {{"method", entry.method},
                           {"path", entry.path},
                           {"status", std::int64_t{entry.status}},
                           {"request_id", entry.request_id},
                           {"duration_us", std::int64_t{microseconds}}});
}

Process::Process(const program::Settings& settings, run::StopSignals& signals,
                 const world::Clock& clock, const program::Log& log,
                 const program::LogWriter& lines, const ServeOptions& options)
    : settings_(settings),
      options_(options),
      signals_(signals),
      clock_(clock),
      log_(log),
      lines_(lines),
      failure_(signals, log),
      requests_(log),
      server_settings_(server_settings(settings)),
      agenda_(agenda_horizon),
      transfers_(settings, clock) {}

Process::~Process() = default;

explained<void> Process::start() {
    if (auto divided = divide_descriptors(); divided.has_error()) {
        return divided;
    }
    if (auto opened = open_store(); opened.has_error()) {
        return opened;
    }
    if (auto opened = open_files(); opened.has_error()) {
        return opened;
    }
    if (const auto loaded = load_certificate(); loaded.has_error()) {
        return loaded.error();
    }
    if (auto opened = open_listeners(); opened.has_error()) {
        return opened;
    }
    if (auto opened = open_ledger(); opened.has_error()) {
        return opened;
    }
    if (auto opened = open_webhooks(); opened.has_error()) {
        return opened;
    }
    if (auto opened = open_batches(); opened.has_error()) {
        return opened;
    }
    build_families();
    build_shards();
    const auto chores = families_->chores();
    housekeeper_ = std::make_unique<http::Housekeeper>(*store_, agenda_, clock_, chores);
    if (settings_.exports.workers != 0) {
        const auto life = export_settings(settings_, public_url_).life;
        workers_ = std::make_unique<http::ExportWorkers>(
            *store_, *disk_, clock_, ready_, agenda_, events_,
            http::ExportWorkerSettings{settings_.exports.workers, settings_.exports.rows_per_second,
                                       life});
    }
    webhooks_->start();
    transfers_.start(*store_, events_, ledger_ ? &ledger_->keeper() : nullptr);
    if (ledger_) {
        ledger_->start();
    }
    // Their rows may ask for anything that clients may ask for.
    batches_->start(*router_);
    shards_->start();
    // All listeners begin together, when every shard is ready.
    shards_->on_each([this](run::Shard& shard) {
        per_shard_[shard.index()]->server->listen(listeners_->take(shard.index()));
    });
    watcher_ = std::thread([this] { watch_files(); });
    admin_->set_ready(true);
    return {};
}

void Process::build_families() {
    uploads_ = std::make_unique<http::Background>(background_threads);
    downloads_ = std::make_unique<http::Background>(background_threads);
    families_ = std::make_unique<families::Families>(
        families::Settings{export_settings(settings_, public_url_),
                           batch_settings(settings_, public_url_),
                           event_settings(settings_, listening_), ledger_settings(settings_),
                           transfer_settings(settings_), webhook_settings(settings_, listening_)},
        families::Parts{
            {*disk_, *signer_, ready_, agenda_, events_, *uploads_, *downloads_},
            {*disk_, *signer_, agenda_, events_, batches_->inbox(), batches_->uploads(), *uploads_,
             *downloads_, batches_->endpoints()},
            {agenda_},
            {agenda_, transfers_.inbox(), transfers_.rail(), ledger_ ? &ledger_->desk() : nullptr},
            {agenda_, events_},
            &transfers_.rail()});
    admin::Gauges gauges;
    gauges.workers_busy = [this]() -> std::uint64_t { return workers_ ? workers_->busy() : 0; };
    gauges.transfers_busy = [this]() -> std::uint64_t { return transfers_.busy(); };
    gauges.jobs_ready = [this]() -> std::uint64_t { return ready_.size(); };
    gauges.log_lines_dropped = [this] { return lines_.dropped_count(); };
    const auto row_count = [this](std::atomic<std::uint64_t> batch_drive::RunnerCounts::* of) {
        return [this, of] { return (batches_->counts().*of).load(std::memory_order_relaxed); };
    };
    using Counts = batch_drive::RunnerCounts;
    gauges.batches_running = row_count(&Counts::jobs_running);
    gauges.batches_waiting = row_count(&Counts::jobs_waiting);
    gauges.rows_in_flight = row_count(&Counts::rows_in_flight);
    gauges.rows_sent = row_count(&Counts::rows_sent);
    gauges.rows_succeeded = row_count(&Counts::rows_succeeded);
    gauges.rows_failed = row_count(&Counts::rows_failed);
    admin_ = std::make_unique<admin::Admin>(*store_, clock_, std::move(gauges),
                                            settings_.http.commit_timeout);
    if (ledger_) {
        // Not critical: what is open there stays open in the store, and all else works.
        admin_->add_check({"ledger", false, [this] {
                               return ledger_->is_reachable() ? admin::HealthStatus::up
                                                              : admin::HealthStatus::down;
                           }});
    }
    std::vector<http::RouteFamily> routes = families_->routes();
    routes.push_back(admin_->routes());
    if (options_.debug_echo) {
        echo_.emplace(settings_.http.max_json_body);
        routes.push_back(echo_->routes());
    }
    router_ = std::make_unique<http::Router>(routes);
    if (settings_.limits.enabled) {
        rate_limits_.emplace(rates_of(settings_.limits), clock_, entropy_);
    }
}

void Process::build_shards() {
    const unsigned count = shard_count(settings_);
    shards_ = std::make_unique<run::Shards>(count, clock_);
    for (unsigned index = 0; index < count; ++index) {
        auto made = std::make_unique<PerShard>((*shards_)[index], *store_);
        made->context.emplace(made->lane.lane(), made->entropy, events_);
        made->gatekeeper = credentials_->make_gatekeeper(made->entropy, log_);
        made->server = std::make_unique<http::Server>(http::ServerParts{
            .shard = (*shards_)[index],
            .settings = server_settings_,
            .router = *router_,
            .gatekeeper = *made->gatekeeper,
            .entropy = made->entropy,
            .access_log = log_.enabled(program::LogLevel::debug) ? &requests_ : nullptr,
            .tls = settings_.http.tls_cert.empty() ? nullptr : &tls_,
            .throttle = rate_limits_ ? &*rate_limits_ : nullptr,
            .shard_context = &*made->context,
            .shard_count = count});
        admin_->add_shard(made->server->metrics());
        if (ledger_) {
            ledger_->desk().add_shard((*shards_)[index]);
        }
        per_shard_.push_back(std::move(made));
    }
    if (ledger_) {
        ledger_->desk().add_shard(batches_->shard());
    }
}

void Process::watch_files() {
    std::unique_lock guard(watch_mutex_);
    while (!watch_condition_.wait_for(guard, watch_interval, [this] { return watch_stopping_; })) {
        guard.unlock();
        credentials_->poll(log_);
        if (ledger_) {
            ledger_->poll();
        }
        batches_->poll();
        const auto loaded = load_certificate();
        if (loaded.has_error() && loaded.error().what != certificate_fault_) {
            certificate_fault_ = loaded.error().what;  // each fault is told once
            log_.warning("the certificate is not good; the one before it stays in use",
                         {{"reason", certificate_fault_}});
        } else if (loaded.has_value() && *loaded) {
            certificate_fault_.clear();
            log_.info("another certificate is in use");
        }
        guard.lock();
    }
}

void Process::stop_watching() {
    {
        const std::lock_guard guard(watch_mutex_);
        watch_stopping_ = true;
    }
    watch_condition_.notify_one();
    if (watcher_.joinable()) {
        watcher_.join();
    }
}

bool Process::stop() {
    signals_.exit_after(settings_.http.drain_timeout);
    bool sound = !has_failed();
    run::StopSequence sequence;
    using enum run::StopPhase;
    sequence.add(unready, "readiness", [this] { admin_->set_ready(false); });
    sequence.add(stop_accept, "listeners", [this] {
        shards_->on_each(
            [this](run::Shard& shard) { per_shard_[shard.index()]->server->stop_accepting(); });
    });
    sequence.add(drain, "connections", [this] {
        shards_->on_each_until_done([this](run::Shard& shard, std::function<void()> done) {
            per_shard_[shard.index()]->server->drain(std::move(done));
        });
    });
    // First of what works: their rows ask the others.
    sequence.add(drain, "batches", [this] { batches_->stop(); });
    sequence.add(drain, "workers", [this] {
        ready_.close();
        if (workers_) {
            workers_->stop();
        }
        housekeeper_->stop();
        transfers_.stop();
        stop_watching();
        if (ledger_) {
            ledger_->stop();
        }
        webhooks_->stop();
    });
    sequence.add(commit, "log", [&] {
        if (sound) {
            const auto closed = store_->close();
            if (closed.has_error()) {
                log_.error("the store was not closed cleanly", {{"reason", closed.error().what}});
                sound = false;
            }
        }
    });
    sequence.add(stop_shards, "shards", [this] { shards_->stop(); });
    sequence.add(close_store, "store", [this] {
        workers_.reset();
        housekeeper_.reset();
        per_shard_.clear();
        shards_.reset();
        ledger_.reset();
        webhooks_.reset();
        batches_.reset();
        uploads_.reset();
        downloads_.reset();
        store_.reset();
    });
    sequence.run([this](run::StopPhase phase, std::string_view step) {
        log_.debug("stopping", {{"phase", run::name_of(phase)}, {"step", step}});
    });
    return sound;
}

}  // namespace belay::app
