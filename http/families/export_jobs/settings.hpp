// What of the export family is a setting, and the parts of the process that it works with.
#pragma once

#include <functional>
#include <string>

#include "auth/signed_url.hpp"
#include "core/exports/decide.hpp"
#include "core/work/agenda.hpp"
#include "core/work/ready_queue.hpp"
#include "core/world/disk.hpp"
#include "http/drive/background.hpp"
#include "http/drive/event_feed.hpp"
#include "http/families/export_jobs/errors.hpp"

namespace belay::export_jobs {

struct Settings {
    ErrorStyle error_style = ErrorStyle::seed;
    exports::LifeSettings life;
    /// How long a download URL works; never past the job's own expiry.
    Milliseconds url_lifetime = std::chrono::hours(1);
    /// Before the path of a download URL: scheme, host, port.
    std::string public_url;
    /// Of a JSON body.
    std::uint64_t json_bytes_max = 1024 * 1024;
    /// Of one upload of transactions.
    std::uint64_t upload_bytes_max = 5ULL << 30;
    /// Whether workers run here: without them a queued job is not offered to anybody.
    bool has_workers = true;
};

/// contracts README 2.
inline constexpr Milliseconds key_lifetime = std::chrono::hours(168);

/// Everything outlives the family.
struct Parts {
    world::Disk& disk;
    const auth::UrlSigner& signer;
    work::ReadyQueue& ready;
    work::Agenda& agenda;
    http::EventFeed& events;
    /// Apart, since the end of a large upload keeps a thread for many seconds.
    http::Background& uploads;
    http::Background& downloads;
};

}  // namespace belay::export_jobs
