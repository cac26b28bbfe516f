// What the batch family is built from.
#pragma once

#include <string>

#include "auth/signed_url.hpp"
#include "core/base/time.hpp"
#include "core/batches/decide.hpp"
#include "core/work/agenda.hpp"
#include "core/world/disk.hpp"
#include "http/drive/background.hpp"
#include "http/drive/batches/inbox.hpp"
#include "http/drive/batches/uploads_under_way.hpp"
#include "http/drive/event_feed.hpp"

namespace belay::batch_drive {
class Endpoints;
}

namespace belay::batch_jobs {

struct Settings {
    batches::LifeSettings life;
    /// Absolute, without a slash at its end: what signed URLs begin with.
    std::string public_url;
    /// Of a download URL.
    Milliseconds url_lifetime = std::chrono::minutes(70);
    /// Of one input file.
    std::uint64_t upload_bytes_max = 5ULL << 30;
};

/// Everything outlives the family.
struct Parts {
    world::Disk& disk;
    const auth::UrlSigner& signer;
    work::Agenda& agenda;
    http::EventFeed& events;
    batch_drive::Inbox& inbox;
    /// Whoever ends the windows of jobs looks at it, too.
    batch_drive::UploadsUnderWay& uploads_under_way;
    http::Background& uploads;
    http::Background& downloads;
    /// Which paths a job may name.
    const batch_drive::Endpoints& endpoints;
};

}  // namespace belay::batch_jobs
