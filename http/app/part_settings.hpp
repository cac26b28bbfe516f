// What each part of the process is told of the configuration.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "http/drive/batches/runners.hpp"
#include "http/drive/simulated_rail.hpp"
#include "http/drive/transfer_driver.hpp"
#include "http/drive/webhooks/sender.hpp"
#include "http/families/batch_jobs/settings.hpp"
#include "http/families/common/rate_limit.hpp"
#include "http/families/core_events/settings.hpp"
#include "http/families/export_jobs/settings.hpp"
#include "http/families/ledger/settings.hpp"
#include "http/families/transfers/settings.hpp"
#include "http/families/webhooks/settings.hpp"
#include "http/program/settings.hpp"
#include "http/server/settings.hpp"
#include "store/store.hpp"

namespace belay::app {

/// Serving threads: as many as are set, or one for each core.
unsigned shard_count(const program::Settings& settings);

/// The ring is as large as it is set, or larger if so many threads need it. A failure if there are
/// more threads than a store serves.
explained<store::Settings> store_settings(const program::Settings& settings);

export_jobs::Settings export_settings(const program::Settings& settings,
                                      const std::string& public_url);

batch_jobs::Settings batch_settings(const program::Settings& settings,
                                    const std::string& public_url);

/// `jobs_max`: at a time.
batch_drive::RunnerSettings runner_settings(const program::BatchesSettings& settings,
                                            unsigned jobs_max);

/// None where another ledger holds the money.
std::optional<ledger_api::Settings> ledger_settings(const program::Settings& settings);

transfer_api::Settings transfer_settings(const program::Settings& settings);

http::SimulatedRailSettings rail_settings(const program::RailSettings& settings);

http::TransferDriverSettings driver_settings(const program::Settings& settings);

/// `listening`: where this process does.
webhook_api::Settings webhook_settings(const program::Settings& settings,
                                       const boost::asio::ip::tcp::endpoint& listening);

core_events::Settings event_settings(const program::Settings& settings,
                                     const boost::asio::ip::tcp::endpoint& listening);

/// `deliveries_max`: under way at a time, to all endpoints.
webhooks::SenderSettings sender_settings(const program::WebhooksSettings& settings,
                                         std::uint64_t deliveries_max);

/// What each operation is limited to, where limits are enabled.
http::Rates rates_of(const program::LimitsSettings& limits);

http::ServerSettings server_settings(const program::Settings& settings);

}  // namespace belay::app
