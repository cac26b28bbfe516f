#include "http/app/part_settings.hpp"

#include <algorithm>
#include <thread>

#include "http/app/webhook_drive.hpp"

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
    // The housekeeper, the worker of transfers, the sender of webhooks, what runs batches, what
    // asks another ledger.
    constexpr std::size_t others = 5;
    const auto ring_bytes = store::ring_bytes_for(shards + workers + others);
    if (!ring_bytes) {
        const std::size_t most = store::lanes_served_by(UINT64_MAX) - others;
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

namespace {

batches::LifeSettings life_of(const program::BatchesSettings& settings) {
    batches::LifeSettings made;
    made.lease = settings.lease;
    made.upload_window = settings.upload_window;
    made.run_time_max = settings.run_time;
    made.retention = settings.retention;
    made.results_kept = settings.results_kept;
    return made;
}

}  // namespace

batch_jobs::Settings batch_settings(const program::Settings& settings,
                                    const std::string& public_url) {
    batch_jobs::Settings made;
    made.life = life_of(settings.batches);
    made.public_url = public_url;
    made.url_lifetime = settings.batches.url_lifetime;
    made.upload_bytes_max = settings.batches.max_upload;
    return made;
}

batch_drive::RunnerSettings runner_settings(const program::BatchesSettings& settings,
                                            unsigned jobs_max) {
    batch_drive::RunnerSettings made;
    made.life = life_of(settings);
    made.rows_per_second = settings.rows_per_second;
    made.max_in_flight = settings.max_in_flight;
    made.jobs_max = jobs_max;
    made.progress_interval = settings.progress_interval;
    return made;
}

std::optional<ledger_api::Settings> ledger_settings(const program::Settings& settings) {
    if (!settings.ledger.midaz_url.empty()) {
        return std::nullopt;
    }
    ledger_api::Settings made;
    made.json_bytes_max = settings.http.max_json_body;
    made.ledger = settings.transfers.ledger;
    return made;
}

transfer_api::Settings transfer_settings(const program::Settings& settings) {
    const program::TransfersSettings& given = settings.transfers;
    transfer_api::Settings made;
    made.json_bytes_max = settings.http.max_json_body;
    made.rules.ledger = given.ledger;
    made.rules.ispb = given.ispb.text;
    made.rules.calendar =
        transfers::Calendar(given.operating_hours, given.timezone, given.holidays);
    const auto limit = [&](transfers::Scope scope, ledger::Money amount, std::uint32_t count) {
        if (amount.minor != 0) {
            made.rules.limits[scope].amount = amount;
        }
        if (count != 0) {
            made.rules.limits[scope].count = count;
        }
    };
    using enum transfers::Scope;
    limit(tenant_day, given.daily_limit, given.daily_count);
    limit(tenant_month, given.monthly_limit, given.monthly_count);
    limit(account_day, given.account_daily_limit, given.account_daily_count);
    limit(account_month, given.account_monthly_limit, given.account_monthly_count);
    made.rules.fee = given.fee;
    made.rules.duplicate_window = given.duplicate_window;
    made.rules.initiation_window = given.initiation_window;
    made.rules.usual_time =
        settings.rail.submit_delay + settings.rail.accept_delay + settings.rail.settle_delay;
    made.rules.unlicensed = given.unlicensed;
    return made;
}

http::SimulatedRailSettings rail_settings(const program::RailSettings& settings) {
    const auto outcome_of = [](program::RailOutcome outcome) {
        switch (outcome) {
            case program::RailOutcome::completed:
                return http::RailOutcome::completed;
            case program::RailOutcome::rejected:
                return http::RailOutcome::rejected;
            case program::RailOutcome::failed:
                return http::RailOutcome::failed;
            case program::RailOutcome::slow:
                return http::RailOutcome::slow;
        }
        return http::RailOutcome::completed;
    };
    http::SimulatedRailSettings made;
    made.accept_delay = settings.accept_delay;
    made.settle_delay = settings.settle_delay;
    made.slow_delay = settings.slow_delay;
    made.outcome = outcome_of(settings.outcome);
    for (const program::AmountOutcome& each : settings.outcomes) {
        made.by_amount.emplace(each.amount.minor, outcome_of(each.outcome));
    }
    return made;
}

http::TransferDriverSettings driver_settings(const program::Settings& settings) {
    http::TransferDriverSettings made;
    made.pace.submit_delay = settings.rail.submit_delay;
    made.pace.settle_delay = settings.rail.settle_delay;
    made.zone = settings.transfers.timezone;
    return made;
}

webhook_api::Settings webhook_settings(const program::Settings& settings,
                                       const boost::asio::ip::tcp::endpoint& listening) {
    webhook_api::Settings made;
    made.json_bytes_max = settings.http.max_json_body;
    made.addresses = webhook_addresses(settings.webhooks, listening);
    made.allow_http = settings.webhooks.allow_private;
    return made;
}

core_events::Settings event_settings(const program::Settings& settings,
                                     const boost::asio::ip::tcp::endpoint& listening) {
    core_events::Settings made;
    made.addresses = webhook_addresses(settings.webhooks, listening);
    made.allow_http = settings.webhooks.allow_private;
    return made;
}

webhooks::SenderSettings sender_settings(const program::WebhooksSettings& settings,
                                         std::uint64_t deliveries_max) {
    webhooks::SenderSettings made;
    made.schedule = outbox::Schedule(settings.schedule);
    made.bounds.all = deliveries_max;
    made.bounds.of_endpoint = std::min<std::size_t>(settings.max_in_flight, deliveries_max);
    // Endpoints that have not shown that they work leave the rest to those that have.
    made.bounds.unproven = deliveries_max / 2;
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
    set(http::rates::batches_create, limits.batches_create);
    set(http::rates::batches_get, limits.batches_get);
    set(http::rates::batches_cancel, limits.batches_cancel);
    set(http::rates::events_read, limits.events_read);
    set(http::rates::destinations_read, limits.destinations_read);
    set(http::rates::destinations_write, limits.destinations_write);
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
