#include "http/app/process.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "auth/url_keys.hpp"
#include "core/exports/files.hpp"
#include "core/run/stop.hpp"
#include "http/app/descriptors.hpp"
#include "http/app/part_settings.hpp"
#include "http/drive/export_chores.hpp"

namespace belay::app {
namespace {

/// What is due later than this is found again by the survey that comes twice as often.
constexpr std::chrono::minutes agenda_horizon(60);

/// For uploads, and as many for downloads.
constexpr unsigned background_threads = 2;

/// Between two looks at the files of keys.
constexpr std::chrono::seconds watch_interval(1);

std::string url_of(const program::ListenAddress& address, std::uint16_t port, bool tls) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    const std::string host = is_ipv6 ? "[" + address.host + "]" : address.host;
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

/// Whether there are files that only a store that is not empty can have made.
bool holds_files(const world::Disk& disk) {
    for (const std::string_view directory : {exports::export_directory, exports::set_directory}) {
        const auto names = disk.list(directory);
        const auto counts = [&](const std::string& name) {
            return !name.ends_with(".tmp") &&
                   std::string(directory) + "/" + name != exports::empty_set_path;
        };
        if (names.has_value() && std::any_of(names->begin(), names->end(), counts)) {
            return true;
        }
    }
    return false;
}

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
      agenda_(agenda_horizon) {}

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
    build_families();
    build_shards();
    const auto chores = families_->chores();
    housekeeper_ = std::make_unique<http::Housekeeper>(*store_, agenda_, clock_, chores);
    if (settings_.exports.workers != 0) {
        const auto life = export_settings(settings_, public_url_).life;
        workers_ = std::make_unique<http::ExportWorkers>(
            *store_, *disk_, clock_, ready_, agenda_,
            http::ExportWorkerSettings{settings_.exports.workers, settings_.exports.rows_per_second,
                                       life});
    }
    shards_->start();
    // All listeners begin together, when every shard is ready.
    shards_->on_each([this](run::Shard& shard) {
        per_shard_[shard.index()]->server->listen(listeners_->take(shard.index()));
    });
    watcher_ = std::thread([this] { watch_files(); });
    admin_->set_ready(true);
    return {};
}

explained<void> Process::divide_descriptors() {
    const std::uint64_t wished = server_settings_.connections_max;
    const auto allowed =
        connections_within(raise_descriptor_limit(), {.shards = shard_count(settings_),
                                                      .workers = settings_.exports.workers,
                                                      .connections = wished});
    if (allowed.has_error()) {
        return allowed.error();
    }
    if (*allowed < wished) {
        log_.warning("the limit of open files allows fewer connections than http.max_connections",
                     {{"max_connections", wished}, {"connections", *allowed}});
    }
    server_settings_.connections_max = *allowed;
    return {};
}

explained<void> Process::open_store() {
    const explained<store::Settings> settings = store_settings(settings_);
    if (settings.has_error()) {
        return settings.error();
    }
    if (settings->ring_bytes > settings_.store.ring_bytes) {
        log_.info("the ring is larger than store.ring_bytes says, since so many threads need it",
                  {{"set", settings_.store.ring_bytes}, {"ring_bytes", settings->ring_bytes}});
    }
    auto disk = world::open_posix_disk(settings_.store.data);
    if (disk.has_error()) {
        return failure(disk.error(), settings_.store.data + ": " + disk.error().message());
    }
    disk_ = std::move(*disk);
    auto store =
        store::Store::open(*disk_, clock_, store_entropy_, families::schema(), *settings, failure_);
    if (store.has_error()) {
        return store.error();
    }
    store_ = std::move(*store);
    const store::RecoveryReport& report = store_->recovery();
    log_.info("the store is open",
              {{"data", settings_.store.data},
               {"records", report.records},
               {"keys", report.keys},
               {"transitions_replayed", report.frames_replayed},
               {"recovery_ms", std::chrono::duration_cast<Milliseconds>(report.took)},
               {"durability", report.direct ? "direct I/O" : "fdatasync"}});
    if (report.cut_bytes != 0) {
        log_.warning("the end of the log was torn and has been cut; nothing in it was acknowledged",
                     {{"bytes", report.cut_bytes},
                      {"file", report.cut_file},
                      {"offset", report.cut_offset}});
    }
    if (!report.warning.empty()) {
        log_.warning("recovery", {{"what", report.warning}});
    }
    return {};
}

explained<void> Process::open_files() {
    if (auto made = exports::make_directories(*disk_); made.has_error()) {
        return failure(made.error(), "files: " + made.error().message());
    }
    {
        store::BlockingLane lane(*store_);
        if (store_->recovery().records == 0 && holds_files(*disk_)) {
            return failure(Error::corrupt,
                           settings_.store.data +
                               ": files/ holds uploads or exports, but the store knows of none: is "
                               "log/ missing? Nothing was changed");
        }
        const auto removed = http::remove_orphans(*disk_, lane.lane());
        if (removed.has_error()) {
            return failure(removed.error(), "files: " + removed.error().message());
        }
        if (*removed != 0) {
            log_.info("files that no record names were removed",
                      {{"files", std::uint64_t{*removed}}});
        }
    }
    auto credentials = Credentials::open(settings_, *disk_, clock_, entropy_);
    if (credentials.has_error()) {
        return credentials.error();
    }
    credentials_ = std::move(*credentials);
    auto ring = auth::load_or_make_url_keys(*disk_, clock_.wall(), entropy_);
    if (ring.has_error()) {
        return ring.error();
    }
    signer_.emplace(std::move(*ring));
    return {};
}

/// Takes the certificate and key that are on disk into use, if they are not yet.
explained<bool> Process::load_certificate() {
    if (settings_.http.tls_cert.empty()) {
        return false;
    }
    constexpr std::uint64_t pem_bytes_max = 1024 * 1024;
    std::vector<std::unique_ptr<world::Disk>> disks;
    std::array<std::string, 2> texts;
    std::array<std::string, 2> names;
    const std::array<std::string_view, 2> files{"http.tls_cert", "http.tls_key"};
    const std::array<std::string, 2> paths{settings_.http.tls_cert, settings_.http.tls_key};
    for (std::size_t at = 0; at < paths.size(); ++at) {
        const auto place = open_place(files[at], paths[at], disks);
        if (place.has_error()) {
            return place.error();
        }
        auto text = world::read_whole(*place->disk, place->path, pem_bytes_max);
        if (text.has_error()) {
            return failure(text.error(), place->shown() + ": " + text.error().message());
        }
        texts[at] = std::move(*text);
        names[at] = place->shown();
    }
    if (texts == certificate_) {
        return false;
    }
    certificate_ = texts;
    if (auto loaded = tls_.load({texts[0], names[0]}, {texts[1], names[1]}); loaded.has_error()) {
        return loaded.error();
    }
    return true;
}

explained<void> Process::open_listeners() {
    const program::ListenAddress& address = settings_.http.listen;
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    const std::string name = address.host == "localhost" ? "127.0.0.1" : address.host;
    const std::string host = is_ipv6 ? "[" + name + "]" : name;
    const std::string text = host + ":" + std::to_string(address.port);
    const auto endpoint = http::parse_endpoint(text);
    if (endpoint.has_error()) {
        return failure(endpoint.error(), "http.listen: " + text + " is no address and port");
    }
    auto listeners = http::Listeners::open(*endpoint, shard_count(settings_));
    if (listeners.has_error()) {
        return listeners.error();
    }
    listeners_.emplace(std::move(*listeners));
    port_ = listeners_->port();
    public_url_ = settings_.http.public_url.empty()
                      ? url_of(address, port_, !settings_.http.tls_cert.empty())
                      : settings_.http.public_url;
    return {};
}

void Process::build_families() {
    uploads_ = std::make_unique<http::Background>(background_threads);
    downloads_ = std::make_unique<http::Background>(background_threads);
    families_ = std::make_unique<families::Families>(
        families::Settings{export_settings(settings_, public_url_), {}, {}, {}},
        families::Parts{{*disk_, *signer_, ready_, agenda_, *uploads_, *downloads_},
                        {agenda_},
                        {agenda_},
                        {agenda_}});
    admin::Gauges gauges;
    gauges.workers_busy = [this]() -> std::uint64_t { return workers_ ? workers_->busy() : 0; };
    gauges.jobs_ready = [this]() -> std::uint64_t { return ready_.size(); };
    gauges.log_lines_dropped = [this] { return lines_.dropped_count(); };
    admin_ = std::make_unique<admin::Admin>(*store_, clock_, std::move(gauges),
                                            settings_.http.commit_timeout);
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
        per_shard_.push_back(std::move(made));
    }
}

void Process::watch_files() {
    std::unique_lock guard(watch_mutex_);
    while (!watch_condition_.wait_for(guard, watch_interval, [this] { return watch_stopping_; })) {
        guard.unlock();
        credentials_->poll(log_);
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
    sequence.add(drain, "workers", [this] {
        ready_.close();
        if (workers_) {
            workers_->stop();
        }
        housekeeper_->stop();
        stop_watching();
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
