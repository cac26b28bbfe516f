// The half of a process's start that opens what is on disk and on the network.
#include <algorithm>
#include <array>

#include "auth/url_keys.hpp"
#include "core/exports/files.hpp"
#include "http/app/descriptors.hpp"
#include "http/app/part_settings.hpp"
#include "http/app/process.hpp"
#include "http/drive/batches/batch_files.hpp"
#include "http/drive/export_chores.hpp"

namespace belay::app {
namespace {

/// Of webhooks at a time, as far as descriptors allow.
constexpr std::uint64_t deliveries_wished = 256;

std::string url_of(const program::ListenAddress& address, std::uint16_t port, bool tls) {
    const bool is_ipv6 = address.host.find(':') != std::string::npos;
    const std::string host = is_ipv6 ? "[" + address.host + "]" : address.host;
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

/// Whether there are files that only a store that is not empty can have made.
bool holds_files(const world::Disk& disk) {
    for (const std::string_view directory :
         {exports::export_directory, exports::set_directory, batch_drive::batch_directory}) {
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

explained<void> Process::divide_descriptors() {
    const std::uint64_t wished = server_settings_.connections_max;
    // Beside the shards that serve: those of webhooks, of batches, of another ledger.
    const bool has_ledger = !settings_.ledger.midaz_url.empty();
    // Each batch job may have a row under way, however few there may be in all.
    const program::BatchesSettings& batches = settings_.batches;
    const std::uint64_t rows =
        batches.upstream.empty() ? 0 : batches.max_in_flight + 2ULL * batches.max_running;
    const auto shares = share_descriptors(
        raise_descriptor_limit(),
        {.shards = shard_count(settings_) + (has_ledger ? 3U : 2U),
         .workers = settings_.exports.workers,
         .batches = batches.max_running,
         .calls = (has_ledger ? midaz::ConnectorSettings().in_flight_max : 0) + rows,
         .deliveries = deliveries_wished,
         .connections = wished});
    if (shares.has_error()) {
        return shares.error();
    }
    if (shares->connections < wished) {
        log_.warning("the limit of open files allows fewer connections than http.max_connections",
                     {{"max_connections", wished}, {"connections", shares->connections}});
    }
    server_settings_.connections_max = shares->connections;
    deliveries_max_ = shares->deliveries;
    if (shares->batches < batches.max_running) {
        log_.warning("the limit of open files allows fewer batch jobs than batches.max_running",
                     {{"max_running", batches.max_running}, {"jobs", shares->batches}});
    }
    batches_max_ = shares->batches;
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
    for (const result<void>& made :
         {exports::make_directories(*disk_), batch_drive::make_batch_directory(*disk_)}) {
        if (made.has_error()) {
            return failure(made.error(), "files: " + made.error().message());
        }
    }
    {
        store::BlockingLane lane(*store_);
        if (store_->recovery().records == 0 && holds_files(*disk_)) {
            return failure(Error::corrupt,
                           settings_.store.data +
                               ": files/ holds uploads or results, but the store knows of none: is "
                               "log/ missing? Nothing was changed");
        }
        std::size_t removed = 0;
        const auto life = batch_settings(settings_, public_url_).life;
        for (const result<std::size_t>& some :
             {http::remove_orphans(*disk_, lane.lane()),
              batch_drive::remove_batch_orphans(*disk_, lane.lane(), life)}) {
            if (some.has_error()) {
                return failure(some.error(), "files: " + some.error().message());
            }
            removed += *some;
        }
        if (removed != 0) {
            log_.info("files that no record names were removed",
                      {{"files", std::uint64_t{removed}}});
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
    listening_ = *endpoint;
    listening_.port(port_);
    public_url_ = settings_.http.public_url.empty()
                      ? url_of(address, port_, !settings_.http.tls_cert.empty())
                      : settings_.http.public_url;
    return {};
}

explained<void> Process::open_ledger() {
    if (settings_.ledger.midaz_url.empty()) {
        return {};
    }
    auto opened = ExternalLedger::open(settings_, driver_settings(settings_).zone,
                                       {.store = *store_,
                                        .clock = clock_,
                                        .log = log_,
                                        .events = events_,
                                        .inbox = transfers_.inbox(),
                                        .rail = &transfers_.rail()});
    if (opened.has_error()) {
        return opened.error();
    }
    ledger_ = std::move(*opened);
    log_.info("another ledger holds the money of transfers", {{"url", settings_.ledger.midaz_url}});
    return {};
}

explained<void> Process::open_webhooks() {
    auto opened = WebhookDrive::open(settings_.webhooks, {.store = *store_,
                                                          .clock = clock_,
                                                          .events = events_,
                                                          .listening = listening_,
                                                          .deliveries_max = deliveries_max_});
    if (opened.has_error()) {
        return opened.error();
    }
    webhooks_ = std::move(*opened);
    return {};
}

explained<void> Process::open_batches() {
    auto opened = BatchDrive::open(settings_.batches, {.store = *store_,
                                                       .clock = clock_,
                                                       .disk = *disk_,
                                                       .log = log_,
                                                       .events = events_,
                                                       .agenda = agenda_,
                                                       .server = server_settings_,
                                                       .shard_index = shard_count(settings_),
                                                       .jobs_max = batches_max_});
    if (opened.has_error()) {
        return opened.error();
    }
    batches_ = std::move(*opened);
    if (!settings_.batches.upstream.empty()) {
        log_.info("rows of batches may go to another server",
                  {{"url", settings_.batches.upstream}});
    }
    return {};
}

}  // namespace belay::app
