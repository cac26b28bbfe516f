#include "http/app/part_settings.hpp"

#include <algorithm>
#include <thread>

namespace belay::app {

unsigned shard_count(const program::Settings& settings) {
    if (settings.http.threads != 0) {
        return settings.http.threads;
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

explained<store::Settings> store_settings(const program::Settings& settings) {
    // Each thread that asks something of the store has a lane of its own.
    const std::size_t shards = shard_count(settings);
    const std::size_t workers = settings.exports.workers;
    constexpr std::size_t housekeeper = 1;
    const auto ring_bytes = store::ring_bytes_for(shards + workers + housekeeper);
    if (!ring_bytes) {
        const std::size_t most = store::lanes_served_by(UINT64_MAX) - housekeeper;
        return failure(Error::too_large, "http.threads and exports.workers may be at most " +
                                             std::to_string(most) + " together; they are " +
                                             std::to_string(shards) + " and " +
                                             std::to_string(workers));
    }
    store::Settings made;
    made.data_directory = settings.store.data;
    made.ring_bytes = std::max(settings.store.ring_bytes, *ring_bytes);
    made.segment_bytes = settings.store.segment_bytes;
    made.memory_bytes_max = settings.store.max_memory;
    made.snapshot_interval = settings.store.snapshot_interval;
    made.commit_timeout = settings.http.commit_timeout;
    return made;
}

export_jobs::Settings export_settings(const program::Settings& settings,
                                      const std::string& public_url) {
    export_jobs::Settings made;
    made.error_style = settings.exports.error_style == program::ErrorStyle::seed
                           ? export_jobs::ErrorStyle::seed
                           : export_jobs::ErrorStyle::mtch;
    made.life.lease = settings.exports.lease;
    made.life.attempts_max = settings.exports.max_attempts;
    made.life.retry_delay = settings.exports.retry_delay;
    made.life.retry_delay_max = settings.exports.max_retry_delay;
    made.life.retention = settings.exports.retention;
    made.url_lifetime = settings.exports.url_lifetime;
    made.public_url = public_url;
    made.json_bytes_max = settings.http.max_json_body;
    made.upload_bytes_max = settings.http.max_upload;
    made.has_workers = settings.exports.workers != 0;
    return made;
}

http::Rates rates_of(const program::LimitsSettings& limits) {
    http::Rates rates;
    const auto set = [&rates](http::RateClass of, const program::Rate& rate) {
        rates[static_cast<std::size_t>(of)] = {rate.count, rate.window};
    };
    set(http::rates::contexts_create, limits.contexts_create);
    set(http::rates::contexts_read, limits.contexts_read);
    set(http::rates::contexts_upload, limits.contexts_upload);
    set(http::rates::exports_create, limits.exports_create);
    set(http::rates::exports_list, limits.exports_list);
    set(http::rates::exports_get, limits.exports_get);
    set(http::rates::exports_cancel, limits.exports_cancel);
    set(http::rates::exports_download, limits.exports_download);
    set(http::rates::transfers_initiate, limits.transfers_initiate);
    set(http::rates::transfers_process, limits.transfers_process);
    set(http::rates::transfers_list, limits.transfers_list);
    set(http::rates::transfers_get, limits.transfers_get);
    set(http::rates::transfers_cancel, limits.transfers_cancel);
    set(http::rates::transfers_poll, limits.transfers_poll);
    set(http::rates::webhooks_read, limits.webhooks_read);
    set(http::rates::webhooks_write, limits.webhooks_write);
    return rates;
}

http::ServerSettings server_settings(const program::Settings& settings) {
    http::ServerSettings made;
    made.head.request_line_bytes_max = settings.http.max_request_line;
    made.head.field_section_bytes_max = settings.http.max_header;
    made.head.field_count_max = settings.http.max_header_fields;
    made.header_timeout = settings.http.header_timeout;
    made.handshake_timeout = settings.http.header_timeout;
    made.body_timeout = settings.http.body_timeout;
    made.write_timeout = settings.http.write_timeout;
    made.idle_timeout = settings.http.idle_timeout;
    // Of the time for a stop the last quarter is the workers', the log's and the snapshot's.
    made.drain_timeout = settings.http.drain_timeout * 3 / 4;
    made.connections_max = settings.http.max_connections;
    return made;
}

}  // namespace belay::app
