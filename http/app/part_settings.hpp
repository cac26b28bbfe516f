// What each part of the process is told of the configuration.
#pragma once

#include <string>

#include "http/families/common/rate_limit.hpp"
#include "http/families/export_jobs/settings.hpp"
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

/// What each operation is limited to, where limits are enabled.
http::Rates rates_of(const program::LimitsSettings& limits);

http::ServerSettings server_settings(const program::Settings& settings);

}  // namespace belay::app
