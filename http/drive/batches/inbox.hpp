// From those who know that a batch job has something to be done, or must hear of something at once,
// to the shard that runs batches: an upload that is in place, a cancel, a lease that has ended.
#pragma once

#include "http/drive/id_feed.hpp"

namespace belay::batch_drive {

/// Of batch jobs' ids.
using Inbox = http::IdFeed;

}  // namespace belay::batch_drive
